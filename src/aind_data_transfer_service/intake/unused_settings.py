"""Settings of a compression that is not done: without a word, nobody would know."""

from collections.abc import Callable, Iterator

from ..domain.pipeline import TaskId
from ..domain.plan import JobPlan, ModalityPlan
from ..wire.problems import Loc, Problem
from .merge import REQUEST
from .problems import problem


def unused_settings(plan: JobPlan, place: Callable[[ModalityPlan], Loc]) -> Iterator[Problem]:
    """Yield the settings that a request gives for modalities that are uploaded as they are.

    ``place`` says where the request has a modality's settings.
    """
    for task in plan.tasks:
        if task.task_id is not TaskId.COMPRESS_DATA or task.skip_reason or task.script is not None:
            continue
        modality = plan.modality_of(task)
        if modality is None or modality.compress or REQUEST not in task.origins.values():
            continue
        why = f"{modality.abbreviation} is uploaded as it is"
        how = "compress_raw_data: true has it compressed"
        yield problem("setting_without_effect", place(modality), f"has no effect: {why}; {how}")
