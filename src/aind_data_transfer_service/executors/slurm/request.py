"""What an attempt asks the cluster for, in the end."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ...domain.slurm_job import MEMORY
from ...ports.executor import LaunchRequest
from ...settings import MoreOf, SlurmSettings
from .states import SlurmOutOfMemory, SlurmTimeLimit

_MINUTE = timedelta(minutes=1)


def site_defaults(settings: SlurmSettings, *, memory_mb: int) -> dict[str, Any]:
    """Return what jobs ask for where neither preset nor request says otherwise."""
    values = {
        "partition": settings.partition,
        "qos": settings.qos,
        "account": settings.account,
        "time_limit": max(1, settings.time_limit // _MINUTE),
        "tasks": 1,
        "nodes": [1, 1],
        "cpus_per_task": settings.cpus,
        "memory_per_node": settings.memory_mb or memory_mb,
    }
    return {name: value for name, value in values.items() if value is not None}


def properties_of(request: LaunchRequest, settings: SlurmSettings) -> dict[str, Any]:
    """Return the properties to submit: after an attempt that had too little, more."""
    properties = site_defaults(settings, memory_mb=request.resources.memory_mb)
    given = dict(request.properties)
    if any(name in given for name in MEMORY):
        for name in MEMORY:
            properties.pop(name, None)
    properties |= given
    for _ in range(list(request.had_too_little).count(SlurmOutOfMemory.code)):
        properties |= more_memory(properties, settings)
    for _ in range(list(request.had_too_little).count(SlurmTimeLimit.code)):
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
