"""Lays out the tasks of a job."""

from collections.abc import Sequence

from ..domain.pipeline import PIPELINE, PipelineTask, TaskId
from ..domain.plan import UNMAPPED, ModalityPlan, TaskPlan

_NOT_CONFIGURED = "Code Ocean is not configured"

# Tasks that run only where something asks for them, and what it says when nothing does.
_SKIPPED = {
    TaskId.REGISTER_DATA_ASSET: _NOT_CONFIGURED,
    TaskId.RUN_CODEOCEAN_PIPELINE: _NOT_CONFIGURED,
    TaskId.REMOVE_SOURCE_FOLDERS: "Sources are never removed unless a preset says so",
}


def lay_out(modalities: Sequence[ModalityPlan], *, derivatives_dir: str | None) -> list[TaskPlan]:
    """Return every task of the pipeline, mapped ones once per modality, with why some are skipped.

    A mapped task that is skipped stands once, unmapped, to say so.
    """
    skipped = dict(_SKIPPED)
    if derivatives_dir is None:
        skipped[TaskId.COPY_DERIVATIVES_FOLDER] = "No derivatives folder was given"
    tasks: list[TaskPlan] = []
    for task in PIPELINE:
        reason = skipped.get(task.task_id)
        if task.mapped and reason is None:
            tasks += _mapped(task, modalities)
        else:
            tasks.append(TaskPlan(task_id=task.task_id, map_index=UNMAPPED, skip_reason=reason))
    return tasks


def _mapped(task: PipelineTask, modalities: Sequence[ModalityPlan]) -> list[TaskPlan]:
    return [
        TaskPlan(
            task_id=task.task_id,
            map_index=index,
            label=modality.abbreviation,
            settings=modality.job_settings,
            origins=dict.fromkeys(modality.job_settings, "request"),
        )
        for index, modality in enumerate(modalities)
    ]
