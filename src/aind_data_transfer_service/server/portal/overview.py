"""What a job's page says beside the plain facts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from ...db.database import Database
from ...domain.pipeline import TaskId
from ...domain.states import JobState, TaskState
from ...engine.services.logs import LogMissing, read_log
from ...engine.services.pictures import pictures_in
from ...engine.services.views import JobDetail, TaskView

_LOG_END_LINES = 12
_MOST_FAILURES = 5
_MOST_PICTURES = 60


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that made a job fail."""

    error: dict[str, Any]
    task: TaskView | None
    """None: the job failed outside its tasks."""
    log_end: str
    """The last lines of the attempt's log; empty if there is none."""
    siblings: int
    """Other elements of the task that failed."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the data that a task made."""

    address: str
    text: str


def failures(database: Database, job: JobDetail) -> list[Failure]:
    """Return what made a job fail."""
    if job.state is not JobState.FAILED:
        return []
    failed_tasks = [t for t in job.tasks if t.state is TaskState.FAILED and t.error]
    found = [
        Failure(
            error=task.error or {},
            task=task,
            log_end=_log_end(database, job.job_id, task),
            siblings=sum(other.task_id == task.task_id for other in failed_tasks) - 1,
        )
        for task in failed_tasks[:_MOST_FAILURES]
    ]
    if not found and job.error:
        found.append(Failure(error=job.error, task=None, log_end="", siblings=0))
    return found


def failed(job: JobDetail) -> int:
    """Return how many tasks and elements failed."""
    return sum(task.state is TaskState.FAILED for task in job.tasks)


def under_way(job: JobDetail) -> list[TaskView]:
    """Return the tasks that are being worked on or wait for another try."""
    busy = {TaskState.RUNNING, TaskState.UP_FOR_RETRY, TaskState.UP_FOR_RESCHEDULE}
    return [task for task in job.tasks if task.state in busy]


def pictures(job: JobDetail) -> list[Picture]:
    """Return the pictures that the job's tasks made."""
    found = [
        Picture(
            f"/jobs/{job.job_id}/pictures/{task.task_id}/{task.map_index}/{quote(picture['file'])}",
            picture["text"],
        )
        for task in job.tasks
        for picture in pictures_in(task.outputs)
    ]
    return found[:_MOST_PICTURES]


def removed_sources(job: JobDetail) -> dict[str, Any] | None:
    """Return what the removal of sources did, or with ``dry_run`` would do; None if it did not."""
    return next((t.outputs for t in job.tasks if t.task_id == TaskId.REMOVE_SOURCE_FOLDERS), None)


def count_states(tasks: Iterable[TaskView]) -> dict[TaskState, int]:
    """Return how many tasks are in each state that there is."""
    return dict(Counter(task.state for task in tasks))


def done(job: JobDetail) -> int:
    """Return how many tasks of a job need nothing more."""
    return sum(task.state in (TaskState.SUCCESS, TaskState.SKIPPED) for task in job.tasks)


def seconds(begun: datetime | None, ended: datetime | None) -> float | None:
    """Return how long something took, or has taken so far; None if it has not begun."""
    if begun is None:
        return None
    return max(0.0, ((ended or datetime.now(UTC)) - begun).total_seconds())


def _log_end(database: Database, job_id: str, task: TaskView) -> str:
    try:
        text = read_log(
            database, job_id, task.task_id, map_index=task.map_index, try_number=task.try_number
        )
    except LogMissing:
        return ""
    return "\n".join(text.rstrip().splitlines()[-_LOG_END_LINES:])
