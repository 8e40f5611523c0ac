"""What a request may contain by mistake although the V2 API accepts it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from ...domain.pipeline import TaskId
from ..problems import Loc, Problem, field_path, nearest_of
from ..unknown_fields import unknown_fields
from .request import SubmitJobRequestV2
from .task import Task
from .task_ids import MODALITY_TASKS, RETIRED, V2_NAMES
from .upload_job import UploadJobConfigsV2

_LIKENESS = 0.8
# A task whose settings have another name may be skipped by its own.
_TASK_IDS = (*V2_NAMES.values(), TaskId.RUN_CODEOCEAN_PIPELINE.value)


def find_warnings(content: object, request: SubmitJobRequestV2) -> Iterator[Problem]:
    """Yield what looks like a mistake in an accepted request.

    Parameters
    ----------
    content
        The request as the user sent it, as `parse_json` returns it.
    request
        What `parse_request` made of it.
    """
    if not isinstance(content, Mapping):
        return
    yield from unknown_fields(content, SubmitJobRequestV2, ())
    for index, (given, job) in enumerate(
        zip(content["upload_jobs"], request.upload_jobs, strict=True)
    ):
        yield from _in_job(given, job, ("upload_jobs", index))


def _in_job(given: Mapping[str, object], job: UploadJobConfigsV2, loc: Loc) -> Iterator[Problem]:
    yield from unknown_fields(given, UploadJobConfigsV2, loc)
    name = given.get("s3_prefix")
    if name not in (None, job.s3_prefix):
        yield _warning(
            "s3_prefix_differs",
            (*loc, "s3_prefix"),
            f"{name!r} is left out: the asset is called {job.s3_prefix!r}",
            nearest=job.s3_prefix,
        )
    yield from _number_as_date(given.get("acq_datetime"), job.acq_datetime, (*loc, "acq_datetime"))
    tasks = given.get("tasks")
    if isinstance(tasks, Mapping):
        for task_id, task in job.tasks.items():
            yield from _in_task(task_id, tasks[task_id], task, job, (*loc, "tasks", task_id))


def _number_as_date(value: object, read: datetime, loc: Loc) -> Iterator[Problem]:
    if isinstance(value, int | float) or (isinstance(value, str) and value.strip().isdigit()):
        text = f"{value!r} is read as seconds since 1970, which is {read.isoformat()}"
        yield _warning("datetime_is_number", loc, text)


def _in_task(
    task_id: str,
    given: object,
    task: Task | dict[str, Task],
    job: UploadJobConfigsV2,
    loc: Loc,
) -> Iterator[Problem]:
    if task_id in RETIRED:
        yield _warning("task_retired", loc, "there is no such task any more; it is left out")
    elif task_id not in _TASK_IDS:
        nearest = nearest_of(task_id, _TASK_IDS, cutoff=_LIKENESS)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        yield _warning(
            "task_unknown", loc, f"there is no such task, it is left out{hint}", nearest=nearest
        )
    if not isinstance(given, Mapping):
        return
    if isinstance(task, Task):
        yield from unknown_fields(given, Task, loc)
        return
    for key in task:
        item = given[key]
        if isinstance(item, Mapping):
            yield from unknown_fields(item, Task, (*loc, key))
        yield from _without_effect(task_id, key, job, (*loc, key))


def _without_effect(task_id: str, key: str, job: UploadJobConfigsV2, loc: Loc) -> Iterator[Problem]:
    """Warn of settings by modality where there are none, or of one that the job does not have."""
    if task_id not in MODALITY_TASKS:
        nearest = nearest_of(key, Task.model_fields, cutoff=_LIKENESS)
        hint = f"; did you mean {nearest!r}?" if nearest else ""
        text = f"this task has no settings by modality; they are left out{hint}"
        yield _warning("field_left_out", loc, text, nearest=nearest)
    elif all(key != modality.abbreviation for modality in job.modalities):
        yield _warning("modality_not_in_job", loc, "the job has no such modality; left out")


def _warning(code: str, loc: Loc, text: str, *, nearest: str | None = None) -> Problem:
    field = field_path(loc)
    return Problem(code=code, loc=loc, field=field, message=f"{field}: {text}", nearest=nearest)
