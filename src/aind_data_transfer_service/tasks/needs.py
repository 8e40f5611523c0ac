"""What the program of a task needs of a machine, and which settings it has by itself."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ..domain.pipeline import PIPELINE_BY_ID, RunsAs, TaskId
from ..domain.plan import ModalityPlan, TaskPlan
from ..transform.behavior_videos.settings import BehaviorVideosSettings
from ..transform.ecephys.settings import EcephysSettings
from .removal_settings import SourceRemovalSettings
from .smartspim_settings import SmartSpimTaskSettings
from .transfer_settings import TransferSettings

_COMPRESSION_MEMORY_MB = 2048
_TOOLS_MEMORY_MB = 1024
_OTHER_MEMORY_MB = 256
_WITH_TOOLS = (
    TaskId.GATHER_PRELIMINARY_METADATA,
    TaskId.CHECK_METADATA_FILES,
    TaskId.GATHER_FINAL_METADATA,
)
"""Tasks that run the metadata tools, where there are any."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What one program needs."""

    all_cpus: bool
    """It computes on every processor there is; otherwise it waits for disk and net."""
    memory_mb: int


def needs(task_id: TaskId, modality: ModalityPlan | None) -> Needs:
    """Return what a task's program needs: only compression computes."""
    if task_id is TaskId.COMPRESS_DATA and modality is not None and modality.compress:
        return Needs(all_cpus=True, memory_mb=_COMPRESSION_MEMORY_MB)
    if task_id in _WITH_TOOLS:
        return Needs(all_cpus=False, memory_mb=_TOOLS_MEMORY_MB)
    return Needs(all_cpus=False, memory_mb=_OTHER_MEMORY_MB)


def runs_as(task_id: TaskId, *, tools: bool) -> RunsAs:
    """Return how a task runs; ``tools``: whether metadata tools are set up.

    They take seconds of a processor, and hundreds of megabytes.
    """
    if tools and task_id in _WITH_TOOLS:
        return RunsAs.PROCESS
    return PIPELINE_BY_ID[task_id].runs_as


def wants_cluster(task: TaskPlan, modality: ModalityPlan | None, tasks: Collection[TaskId]) -> bool:
    """Whether a task runs on the cluster, where there is one.

    A preset decides; else those of ``tasks`` do, but for a compression that only links its source.
    """
    if task.program is not None and task.program.executor is not None:
        return task.program.executor == "slurm"
    if task.task_id is TaskId.COMPRESS_DATA and not needs(task.task_id, modality).all_cpus:
        return False
    return task.task_id in tasks


def default_settings(task_id: TaskId, modality: ModalityPlan | None) -> dict[str, Any]:
    """Return what holds where neither presets nor the request say otherwise."""
    match task_id:
        case TaskId.UPLOAD_DATA_TO_S3 | TaskId.VERIFY_UPLOAD:
            return TransferSettings().model_dump()
        case TaskId.REMOVE_SOURCE_FOLDERS:
            return SourceRemovalSettings().model_dump()
        case TaskId.COMPRESS_DATA if modality is not None and modality.compress:
            match modality.abbreviation:
                case "ecephys":
                    return EcephysSettings().model_dump(exclude_none=True)
                case "behavior-videos":
                    return BehaviorVideosSettings().model_dump(mode="json", exclude_none=True)
                case "SPIM":
                    return SmartSpimTaskSettings().model_dump(mode="json", exclude_none=True)
    return {}
