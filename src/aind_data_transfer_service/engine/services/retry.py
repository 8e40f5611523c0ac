"""Queues a failed job again, from where it failed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...db.database import Database
from ...db.models import Job, Task
from ...domain.pipeline import REDO_WITH, STAGING, TaskId
from ...domain.states import JobState, TaskState
from ...errors import Conflict
from ...tasks.staging_presence import StagingMissing
from .. import transitions
from ..durable import JobQueue
from ..repositories import Jobs, TaskUnknown
from .submit import AssetBusy

_DONE = {TaskState.SUCCESS, TaskState.SKIPPED}


class NotRetryable(Conflict):
    """The job has not failed, so there is nothing to try again."""

    code = "job_not_retryable"
    what_to_do_default = "Look at its state. A cancelled or finished job is submitted again."


class TaskNotFailed(Conflict):
    """The job failed elsewhere, so this task is not tried again."""

    code = "task_not_failed"
    what_to_do_default = "Retry the job, or name one of its tasks that failed."


class AssetUploadedMeanwhile(Conflict):
    """Another job has uploaded the asset since."""

    code = "asset_uploaded_meanwhile"
    what_to_do_default = (
        "Look at that job. If its asset is to be replaced, submit anew with force_cloud_sync."
    )


@dataclass(frozen=True, slots=True)
class RetryWish:
    """What is to be tried again: by default everything that failed."""

    task_id: str | None = None
    """The task that failed."""
    map_index: int | None = None
    """Only this element of it; others that failed stay so, and fail the job again."""
    run: int | None = None
    """The run that failed. Asked for the same run again, a retry is found and not repeated."""


@dataclass(frozen=True, slots=True)
class Retried:
    """The run that a job was queued for."""

    run: int
    new: bool
    """False: it had been queued before."""


def retry(
    database: Database,
    queue: JobQueue,
    job_id: str,
    wish: RetryWish = RetryWish(),
    *,
    by: str,
) -> Retried:
    """Queue a failed job again. What is done is kept, and so are old attempts.

    If what it had staged is gone, and is needed still, it is staged again.
    What comes after the failed task is queued with it. Raises `JobUnknown`, `TaskUnknown`,
    `NotRetryable`, `TaskNotFailed`, `AssetUploadedMeanwhile`, or `AssetBusy` if another job for the
    same place is under way.
    """
    try:
        with database.write() as session:
            return _retry(session, queue, job_id, wish, by=by)
    except IntegrityError as problem:
        raise AssetBusy(f"Another job for the target of job {job_id} is under way.") from problem


def _retry(session: Session, queue: JobQueue, job_id: str, wish: RetryWish, *, by: str) -> Retried:
    jobs = Jobs(session)
    job = jobs.lock(job_id)
    if wish.run is not None and wish.run < job.run:
        return Retried(wish.run + 1, new=False)
    tasks = jobs.tasks(job_id)
    wanted = _wanted(job, tasks, wish)
    _require_retryable(jobs, job, wish)
    redo = {REDO_WITH.get(TaskId(task.task_id)) for task in wanted}
    again = [task for task in tasks if task in wanted or task.task_id in redo]
    if any(task.task_id in STAGING for task in again) and _staging_is_gone(jobs, tasks):
        again += [t for t in tasks if _staged(t) and t not in again]
    transitions.request_retry(session, job, by=by, task_id=wish.task_id, map_index=wish.map_index)
    transitions.change_job(session, job, JobState.QUEUED)
    for task in again:
        transitions.change_task(session, task, TaskState.QUEUED)
    session.flush()
    queue.put(session, job_id, job.run)
    return Retried(job.run, new=True)


def _staging_is_gone(jobs: Jobs, tasks: Sequence[Task]) -> bool:
    """Whether what the job had staged was removed, by the service or by hand."""
    if any(task.error and task.error["code"] == StagingMissing.code for task in tasks):
        return True
    made = next(t.ended_at for t in tasks if t.task_id == TaskId.CREATE_STAGING_FOLDER)
    removed = jobs.staging_removed_at(tasks[0].job_id)
    return made is not None and removed is not None and removed > made


def _staged(task: Task) -> bool:
    return task.task_id in STAGING and task.state == TaskState.SUCCESS


def _require_retryable(jobs: Jobs, job: Job, wish: RetryWish) -> None:
    if job.state != JobState.FAILED:
        raise NotRetryable(
            f"Job {job.id} is {job.state}; only a failed job can be tried again.", job_id=job.id
        )
    if wish.run is not None and wish.run > job.run:
        raise NotRetryable(f"Job {job.id} has had {job.run} runs, none numbered {wish.run}.")
    later = jobs.uploaded_since(job)
    if later is not None:
        raise AssetUploadedMeanwhile(
            f"Job {later.id} has uploaded {job.asset_name} to the same place since.",
            job_id=later.id,
        )


def _wanted(job: Job, tasks: Sequence[Task], wish: RetryWish) -> list[Task]:
    """Return what did not succeed, but for elements of the named task that are not meant."""
    unfinished = [task for task in tasks if task.state not in _DONE]
    if wish.task_id is None:
        return unfinished
    meant = [task for task in tasks if _is_meant(task, wish)]
    name = wish.task_id if wish.map_index is None else f"{wish.task_id}[{wish.map_index}]"
    if not meant:
        raise TaskUnknown(f"Job {job.id} has no task {name}.")
    if job.state == JobState.FAILED and not any(t.state == TaskState.FAILED for t in meant):
        failed = dict.fromkeys(t.task_id for t in tasks if t.state == TaskState.FAILED)
        raise TaskNotFailed(
            f"{name} of job {job.id} is {meant[0].state}."
            f" What failed: {', '.join(failed) or 'no task'}.",
            failed=list(failed),
        )
    left = {t.id for t in tasks if t.task_id == wish.task_id and t.state == TaskState.FAILED}
    return [t for t in unfinished if t.id not in left or _is_meant(t, wish)]


def _is_meant(task: Task, wish: RetryWish) -> bool:
    return task.task_id == wish.task_id and wish.map_index in (None, task.map_index)
