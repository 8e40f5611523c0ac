"""The one module that changes the state of a job, a task or an attempt.

Each change obeys `aind_data_transfer_service.domain.states` and is written with its event row,
in the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from ..db.models import STAGING_REMOVED, Attempt, Event, Job, Task
from ..domain.pipeline import TaskId
from ..domain.states import (
    ACTIVE_JOB_STATES,
    FINISHED_JOB_STATES,
    FINISHED_TASK_STATES,
    AttemptState,
    JobState,
    TaskState,
    require_job_change,
    require_task_change,
)

_ROWS_AT_ONCE = 1000


def active_key(storage_url: str, asset_name: str) -> str:
    """Return what no two queued or running jobs may share: the place the asset goes to."""
    return f"{storage_url.rstrip('/')}/{asset_name}"


def add_jobs(session: Session, jobs: Sequence[Job], tasks: Iterable[dict[str, Any]]) -> None:
    """Put new jobs in the queue, with the values of their tasks' rows."""
    if not jobs:
        return
    for job in jobs:
        job.state = JobState.QUEUED
        job.active_key = active_key(job.storage_url, job.asset_name)
    session.add_all(jobs)
    session.flush()  # tasks and events refer to them
    # Rows without objects, some at a time: a request may have 1000 jobs of 20 tasks.
    connection = session.connection()
    rows = ({**task, "state": TaskState.QUEUED} for task in tasks)
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        connection.execute(insert(Task), some)
    now, kind = datetime.now(UTC), f"job:{JobState.QUEUED}"
    connection.execute(insert(Event), [{"at": now, "job_id": job.id, "kind": kind} for job in jobs])


def change_job(
    session: Session, job: Job, new: JobState, *, error: dict[str, Any] | None = None
) -> None:
    """Change a job's state; ``error`` says why it failed."""
    require_job_change(JobState(job.state), new)
    now = datetime.now(UTC)
    job.state = new
    job.error = error
    if new in ACTIVE_JOB_STATES:
        job.active_key = active_key(job.storage_url, job.asset_name)
        job.ended_at = None
    if new is JobState.QUEUED:
        job.run += 1
        job.cancel_requested_at = None
    if new is JobState.RUNNING and job.started_at is None:
        job.started_at = now
    if new in FINISHED_JOB_STATES:
        job.active_key = None
        job.ended_at = now
    _record(session, job.id, f"job:{new}", detail=error)


def request_cancel(session: Session, job: Job, *, by: str) -> None:
    """Note that somebody wants the job to end; the worker carries it out."""
    if job.cancel_requested_at is None:
        job.cancel_requested_at = datetime.now(UTC)
        _record(session, job.id, "job:cancel_requested", detail={"by": by})


def request_retry(
    session: Session, job: Job, *, by: str, task_id: str | None, map_index: int | None
) -> None:
    """Note who wants the job to be tried again, and which part of it (None: all that failed)."""
    part = {"task_id": task_id, "map_index": map_index}
    detail = {"by": by} | {key: value for key, value in part.items() if value is not None}
    _record(session, job.id, "job:retry_requested", detail=detail)


def note_staging_removed(session: Session, job: Job, *, kept: timedelta) -> None:
    """Note that what the job staged is gone, as it had been kept so long after its end."""
    _record(session, job.id, STAGING_REMOVED, detail={"kept_seconds": kept.total_seconds()})


def change_task(
    session: Session,
    task: Task,
    new: TaskState,
    *,
    note: str | None = None,
    outputs: dict[str, Any] | None = None,
    error: dict[str, Any] | None = None,
    next_try_at: datetime | None = None,
) -> None:
    """Change a task's state, with what belongs to the new one."""
    require_task_change(TaskState(task.state), new)
    now = datetime.now(UTC)
    task.state = new
    task.note = note
    task.error = error
    task.next_try_at = next_try_at
    if outputs is not None:
        task.outputs = outputs
        if task.task_id == TaskId.UPLOAD_DATA_TO_S3:
            job = session.get_one(Job, task.job_id)
            job.asset_files, job.asset_bytes = outputs.get("files"), outputs.get("bytes")
    if new is TaskState.QUEUED:
        task.earlier_tries = task.try_number
        task.started_at = task.ended_at = None
        task.progress_done = task.progress_total = task.progress_at = None
    if new is TaskState.RUNNING and task.started_at is None:
        task.started_at = now
    if new in FINISHED_TASK_STATES:
        task.ended_at = now
    _record(session, task.job_id, f"task:{new}", task=task, detail=error)


def add_attempt(session: Session, task: Task, *, executor: str, folder: str) -> Attempt:
    """Begin another attempt at a task."""
    task.try_number += 1
    attempt = Attempt(
        task_pk=task.id,
        number=task.try_number,
        state=AttemptState.STARTING,
        executor=executor,
        folder=folder,
        created_at=datetime.now(UTC),
    )
    session.add(attempt)
    return attempt


def attempt_started(session: Session, task: Task, attempt: Attempt, handle: dict[str, Any]) -> None:
    """Note that an attempt's program was started, and how to find it again."""
    attempt.state = AttemptState.RUNNING
    attempt.handle = handle
    attempt.started_at = datetime.now(UTC)
    if task.state != TaskState.RUNNING:
        change_task(session, task, TaskState.RUNNING)
    _record(session, task.job_id, "attempt:started", task=task, detail=handle)


def attempt_ended(
    session: Session,
    task: Task,
    attempt: Attempt,
    new: AttemptState,
    *,
    error: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
) -> None:
    """Note how an attempt ended."""
    attempt.state = new
    attempt.error = error
    attempt.result = result
    attempt.ended_at = datetime.now(UTC)
    _record(session, task.job_id, f"attempt:{new}", task=task, detail=error)


def _record(
    session: Session,
    job_id: str,
    kind: str,
    *,
    task: Task | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    session.add(
        Event(
            at=datetime.now(UTC),
            job_id=job_id,
            task_id=task.task_id if task else None,
            map_index=task.map_index if task else None,
            attempt=task.try_number if task else None,
            kind=kind,
            detail=detail,
        )
    )
