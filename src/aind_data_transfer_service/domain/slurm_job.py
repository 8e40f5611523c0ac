"""What a task asks a Slurm cluster for: properties of a job, merged from several places.

They go by their names in slurmrestd v0.0.36 (``job_properties``), with plain values: numbers of
MiB and of minutes. How a server wants them is for `aind_data_transfer_service.executors.slurm`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .plan import ModalityPlan, TaskPlan


class Kind(StrEnum):
    """Type of a property."""

    TEXT = "text"
    NUMBER = "a whole number"
    FLAG = "true or false"
    NODES = "a list of one or two whole numbers"


PROPERTIES = {
    "account": Kind.TEXT,
    "constraints": Kind.TEXT,
    "cpus_per_task": Kind.NUMBER,
    "dependency": Kind.TEXT,
    "hold": Kind.FLAG,
    "licenses": Kind.TEXT,
    "memory_per_cpu": Kind.NUMBER,
    "memory_per_node": Kind.NUMBER,
    "minimum_cpus_per_node": Kind.NUMBER,
    "nodes": Kind.NODES,
    "partition": Kind.TEXT,
    "qos": Kind.TEXT,
    "reservation": Kind.TEXT,
    "tasks": Kind.NUMBER,
    "tasks_per_node": Kind.NUMBER,
    "threads_per_core": Kind.NUMBER,
    "time_limit": Kind.NUMBER,
    "wckey": Kind.TEXT,
}
"""What presets and requests may set."""

MEMORY = ("memory_per_node", "memory_per_cpu")
"""Only one of them counts: the one that was said last."""

_SERVICE_DECIDES = "the service sets it itself"
_REFUSED = "slurmrestd does not take it"
_NOT_SENT = {
    **dict.fromkeys(
        (
            *("name", "comment", "argv", "environment", "current_working_directory"),
            *("standard_error", "standard_in", "standard_input", "standard_out"),
            *("standard_output", "open_mode", "get_user_environment"),
        ),
        _SERVICE_DECIDES,
    ),
    # Each is refused by at least one of the versions of slurmrestd, or ends it.
    **dict.fromkeys(
        (
            *("priority", "required_nodes", "excluded_nodes", "exclusive"),
            *("gres", "batch_features", "time_minimum"),
        ),
        _REFUSED,
    ),
    "requeue": "slurmrestd ignores it; the cluster's JobRequeue decides",
}
_OTHER = "this service does not pass it on"
# What V1 clients send although nobody chose it, and what is read elsewhere.
_SILENT = frozenset({"array"})
_WITHOUT_CHOICE: Mapping[str, Any] = {"environment": {}, "open_mode": "append"}


@dataclass(slots=True)
class SlurmJob:
    """What a task asks for, with where each part comes from."""

    properties: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    not_sent: dict[str, str] = field(default_factory=dict)
    """What was said and does not count, and why."""


def slurm_job(
    task: TaskPlan, modality: ModalityPlan | None, defaults: Mapping[str, Any]
) -> SlurmJob:
    """Merge the site's ``defaults``, the preset's and request's resources, and slurm_settings."""
    job = SlurmJob()
    _lay(job, ((name, value, "default") for name, value in defaults.items()))
    program = task.program
    if program is not None and program.image_resources:
        _lay(
            job,
            (
                (name, value, _origin(program.origins, f"image_resources/{name}"))
                for name, value in program.image_resources.items()
            ),
        )
    if modality is not None and modality.slurm_settings:
        _lay(job, ((name, value, "request") for name, value in modality.slurm_settings.items()))
    return job


def _origin(origins: Mapping[str, str], path: str) -> str:
    below = (origin for place, origin in origins.items() if place.startswith(f"{path}/"))
    return origins.get(path) or next(below, "request")


def _lay(job: SlurmJob, values: Iterable[tuple[str, Any, str]]) -> None:
    for name, given, origin in values:
        value = _plain(given)
        if value is None or name in _SILENT or _WITHOUT_CHOICE.get(name, ...) == value:
            continue
        kind = PROPERTIES.get(name)
        if kind is None:
            job.not_sent[name] = _NOT_SENT.get(name, _OTHER)
        elif not _fits(value, kind):
            job.not_sent[name] = f"{value!r} is not {kind}"
        else:
            for other in MEMORY if name in MEMORY else ():
                job.properties.pop(other, None)
                job.origins.pop(other, None)
            job.properties[name] = value
            job.origins[name] = origin


def _plain(value: Any) -> Any:
    """Return a number that is written as slurmrestd v0.0.39 and later write it."""
    if isinstance(value, Mapping) and "number" in value and value.keys() <= _STRUCTURED:
        return value["number"] if value.get("set", True) else None
    return value


_STRUCTURED = {"set", "infinite", "number"}


def _fits(value: Any, kind: Kind) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(value, str) and value.isprintable() and value != ""
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.NUMBER:
            return _is_number(value)
        case Kind.NODES:
            return isinstance(value, list) and len(value) in (1, 2) and all(map(_is_number, value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
