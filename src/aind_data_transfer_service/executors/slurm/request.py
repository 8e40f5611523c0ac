"""What an attempt asks the cluster for, in the end."""

from collections.abc import Mapping
from typing import Any

from ...domain.slurm_job import MEMORY
from ...ports.executor import LaunchRequest
from ...settings import MoreOf, SlurmSettings
from .states import SlurmOutOfMemory, SlurmTimeLimit


def properties_of(request: LaunchRequest, settings: SlurmSettings) -> dict[str, Any]:
    """Return the properties to submit: after an attempt that had too little, more."""
    defaults = settings.defaults(memory_mb=request.resources.memory_mb)
    properties = dict(request.properties) or defaults
    for code in request.had_too_little:
        if code == SlurmOutOfMemory.code:
            properties |= more_memory(properties, settings)
        elif code == SlurmTimeLimit.code:
            properties |= more_time(properties, settings)
    return properties


def more_memory(properties: Mapping[str, Any], settings: SlurmSettings) -> dict[str, int]:
    """Return the memory to ask for after OUT_OF_MEMORY; nothing if there is no more to ask for."""
    return _more(properties, MEMORY, settings.more_memory_mb)


def more_time(properties: Mapping[str, Any], settings: SlurmSettings) -> dict[str, int]:
    """Return the minutes to ask for after TIMEOUT; nothing if there is no more to ask for."""
    return _more(properties, ("time_limit",), settings.more_minutes)


def _more(properties: Mapping[str, Any], names: tuple[str, ...], policy: MoreOf) -> dict[str, int]:
    name = next((name for name in names if name in properties), None)
    if name is None:
        return {}
    now = int(properties[name])
    more = min(int(now * policy.factor), policy.ceiling)
    return {name: more} if more > now else {}
