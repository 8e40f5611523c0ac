"""What became of a job's metadata, for its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...domain.pipeline import TaskId
from ...engine.services.views import JobDetail

_TASKS = (
    TaskId.GATHER_PRELIMINARY_METADATA,
    TaskId.CHECK_METADATA_FILES,
    TaskId.GATHER_FINAL_METADATA,
    TaskId.REGISTER_DATA_ASSET,
)


@dataclass(frozen=True, slots=True)
class MetadataView:
    """What the metadata tasks found."""

    source: str
    """What gathered the files that the session did not bring, with its release."""
    incomplete: tuple[str, ...]
    """Files that are missing because the metadata service did not give them."""
    valid: tuple[str, ...]
    invalid: tuple[str, ...]
    unchecked: Mapping[str, str]
    """File → why it was not validated."""
    record: Mapping[str, Any] | None
    """Id and place of the record in the document store, if there is one."""
    without_record: bool
    """Whether the job goes on though its record could not be written."""
    remarks: tuple[str, ...]


def metadata_of(job: JobDetail) -> MetadataView | None:
    """Return what became of the metadata; None before they are gathered."""
    outputs = {task.task_id: task.outputs or {} for task in job.tasks if task.task_id in _TASKS}
    gathered, checked, _, registered = (outputs.get(task_id, {}) for task_id in _TASKS)
    if "source" not in gathered:
        return None
    remarks = [remark for one in outputs.values() for remark in one.get("warnings", ())]
    return MetadataView(
        source=_source(gathered),
        incomplete=tuple(gathered.get("incomplete", ())),
        valid=tuple(checked.get("valid", ())),
        invalid=tuple(checked.get("invalid", ())),
        unchecked=checked.get("unchecked", {}),
        record=registered.get("record"),
        without_record="record" in registered and registered["record"] is None,
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _source(gathered: Mapping[str, Any]) -> str:
    version = gathered.get("versions", {}).get(gathered["source"])
    return f"{gathered['source']} {version}" if version else str(gathered["source"])
