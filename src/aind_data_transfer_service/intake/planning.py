"""Lays out the tasks of a job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..domain.pipeline import PIPELINE, PipelineTask, TaskId
from ..domain.plan import ModalityPlan, Partition, TaskPlan
from .code_ocean import NOT_CONFIGURED
from .merge import REQUEST, Layer, merge
from .partitions import SETTINGS, partitions
from .task_settings import TaskSettings

# Tasks that run only where something asks for them, and what it says when nothing does.
_SKIPPED = {
    TaskId.REGISTER_DATA_ASSET: NOT_CONFIGURED,
    TaskId.RUN_CODEOCEAN_PIPELINE: NOT_CONFIGURED,
}

_SOURCES_KEPT = "Sources are kept: neither a preset nor the request asks for their removal"

# What makes no sense, or would do harm, where another task is skipped.
_NEEDS = {
    TaskId.VERIFY_UPLOAD: TaskId.UPLOAD_DATA_TO_S3,
    TaskId.REMOVE_STAGING_FOLDER: TaskId.VERIFY_UPLOAD,
}


@dataclass(frozen=True, slots=True)
class Settled:
    """The merged settings of a job's tasks; a task that is missing has none."""

    tasks: Mapping[TaskId, TaskSettings]
    by_modality: Mapping[tuple[TaskId, str], TaskSettings]
    """Of mapped tasks, by the modality's abbreviation."""

    @classmethod
    def of_modalities(cls, modalities: Sequence[ModalityPlan]) -> "Settled":
        """Return what a job without presets has: the settings of its modalities."""
        return cls(
            tasks={},
            by_modality={
                (TaskId.COMPRESS_DATA, modality.abbreviation): TaskSettings(
                    merge(Layer({"job_settings": modality.job_settings}, REQUEST))
                )
                for modality in modalities
            },
        )


def lay_out(
    modalities: Sequence[ModalityPlan],
    *,
    derivatives_dir: str | None,
    settled: Settled | None = None,
) -> list[TaskPlan]:
    """Return every task of the pipeline, with why some are skipped.

    Mapped tasks stand once per modality, and once per partition where one is compressed in
    several; one that the service skips stands once, unmapped, to say so. Raises
    `PartitionsInvalid`.
    """
    settings = settled or Settled.of_modalities(modalities)
    skipped = dict(_SKIPPED)
    if derivatives_dir is None:
        skipped[TaskId.COPY_DERIVATIVES_FOLDER] = "No derivatives folder was given"
    tasks: list[TaskPlan] = []
    for task in PIPELINE:
        reason = skipped.get(task.task_id)
        if task.mapped and reason is None:
            tasks += _mapped(task, modalities, settings)
            continue
        single = _single(task, settings, reason)
        needed = _NEEDS.get(task.task_id)
        if single.skip_reason is None and needed in skipped:
            single = single.model_copy(update={"skip_reason": f"{needed} is skipped"})
        if single.skip_reason is not None:
            skipped[task.task_id] = single.skip_reason
        tasks.append(single)
    return tasks


def _single(task: PipelineTask, settled: Settled, reason: str | None) -> TaskPlan:
    settings = settled.tasks.get(task.task_id)
    if task.task_id is TaskId.REMOVE_SOURCE_FOLDERS and not (settings and settings.is_wanted):
        reason = _SOURCES_KEPT
    if settings is None:
        return TaskPlan(task_id=task.task_id, skip_reason=reason)
    return settings.plan_alone(task.task_id, reason)


def _mapped(
    task: PipelineTask, modalities: Sequence[ModalityPlan], settled: Settled
) -> list[TaskPlan]:
    """Return the elements of a mapped task, numbered through: the parts of each modality."""
    elements: list[TaskPlan] = []
    for number, modality in enumerate(modalities):
        settings = settled.by_modality[task.task_id, modality.abbreviation]
        parts = partitions(modality, settings)
        if parts[0] is not None:
            settings = settings.without(*SETTINGS)
        for partition in parts:
            elements.append(
                TaskPlan(
                    task_id=task.task_id,
                    map_index=len(elements),
                    modality=number,
                    partition=partition,
                    label=_label(modality, partition),
                    skip_reason=settings.skip_reason,
                    settings=settings.job_settings,
                    origins=settings.origins,
                    program=settings.program,
                )
            )
    return elements


def _label(modality: ModalityPlan, partition: Partition | None) -> str:
    if partition is None:
        return modality.abbreviation
    return f"{modality.abbreviation} {partition.index + 1}/{partition.count}"
