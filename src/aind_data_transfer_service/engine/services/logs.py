"""Finds and reads the log of an attempt."""

from dataclasses import dataclass
from pathlib import Path

from ...db.database import Database
from ...db.models import Attempt, Task
from ...domain.states import AttemptState
from ...errors import NotFound
from ...tasks.spec import LOG_FILE
from ..repositories import Jobs, TaskUnknown

LONGEST_LOG_BYTES = 20_000_000
"""Of a longer log the end is shown."""

_UNDER_WAY = {AttemptState.STARTING, AttemptState.RUNNING}


class LogMissing(NotFound):
    """The attempt has no log, or this process does not see its folder."""

    code = "log_missing"
    what_to_do_default = "Wait until the task has started."


@dataclass(frozen=True, slots=True)
class AttemptLog:
    """Where one attempt writes its log, which may not be there yet."""

    path: Path
    number: int
    state: str
    is_over: bool
    """Whether nothing more is written."""


def find_log(
    database: Database, job_id: str, task_id: str, *, map_index: int, try_number: int | None
) -> AttemptLog:
    """Return the log of one attempt; None: the latest.

    Raises `JobUnknown`, `TaskUnknown` or `LogMissing`.
    """
    with database.read() as session:
        jobs = Jobs(session)
        jobs.get(job_id)
        task = jobs.find_task(job_id, task_id, map_index)
        number = max(task.try_number, 1) if try_number is None else try_number
        attempt = jobs.attempt(task, number)
        if attempt is None:
            raise _missing(task, number)
    return _log_of(attempt)


def read_log(
    database: Database, job_id: str, task_id: str, *, map_index: int, try_number: int
) -> str:
    """Return the log of one attempt, of a very long one the end.

    Raises `JobUnknown`, `TaskUnknown` or `LogMissing`.
    """
    log = find_log(database, job_id, task_id, map_index=map_index, try_number=try_number)
    try:
        with log.path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - LONGEST_LOG_BYTES))
            return file.read().decode(errors="replace")
    except FileNotFoundError as problem:
        raise not_written(log) from problem


def not_written(log: AttemptLog) -> LogMissing:
    """Return the error for a log that is not there."""
    if log.is_over:
        return LogMissing(
            f"Attempt {log.number} has left no log that the server can see.",
            what_to_do="Look for it on the machine that ran the task.",
        )
    return LogMissing("The attempt has not written to its log yet.")


def _log_of(attempt: Attempt) -> AttemptLog:
    return AttemptLog(
        path=Path(attempt.folder) / LOG_FILE,
        number=attempt.number,
        state=attempt.state,
        is_over=attempt.state not in _UNDER_WAY,
    )


def _missing(task: Task, number: int) -> NotFound:
    name = f"Task {task.task_id} of job {task.job_id}"
    if 0 <= number <= task.try_number or number == 1:
        return LogMissing(f"{name} has not been started yet.")
    return TaskUnknown(f"{name} has {task.try_number} attempts, none numbered {number}.")
