"""Cancels and retries jobs."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...db.database import Database
from ...db.models import Job
from ...domain.pipeline import REDO_WITH, TaskId
from ...domain.states import FINISHED_JOB_STATES, FINISHED_TASK_STATES, JobState, TaskState
from ...errors import Conflict
from .. import transitions
from ..durable import JobQueue
from ..repositories import Jobs
from .submit import AssetBusy

_DONE = {TaskState.SUCCESS, TaskState.SKIPPED}


class NotRetryable(Conflict):
    """The job has not failed, so there is nothing to try again."""

    code = "job_not_retryable"


def cancel(database: Database, job_id: str, *, by: str) -> str:
    """End a job; returns its state now.

    A queued job is cancelled at once, a running one by its worker within seconds. Does nothing
    to a job that has ended. Raises `JobUnknown`.
    """
    with database.write() as session:
        job = Jobs(session).get(job_id)
        if job.state not in FINISHED_JOB_STATES:
            transitions.request_cancel(session, job, by=by)
        if job.state == JobState.QUEUED:
            for task in Jobs(session).tasks(job_id):
                if task.state not in FINISHED_TASK_STATES:
                    transitions.change_task(session, task, TaskState.CANCELLED)
            transitions.change_job(session, job, JobState.CANCELLED)
        return job.state


def retry(database: Database, queue: JobQueue, job_id: str, *, by: str) -> int:
    """Queue a failed job again from the first task that did not succeed.

    What is done is kept, old attempts too. Returns the number of the run. Raises `JobUnknown`,
    `NotRetryable`, or `AssetBusy` if another job has taken its place.
    """
    try:
        with database.write() as session:
            return _retry(session, queue, job_id, by=by)
    except IntegrityError as problem:
        raise AssetBusy(f"Another job for the target of job {job_id} is under way.") from problem


def _retry(session: Session, queue: JobQueue, job_id: str, *, by: str) -> int:
    jobs = Jobs(session)
    job: Job = jobs.get(job_id)
    if job.state != JobState.FAILED:
        raise NotRetryable(
            f"Job {job_id} is {job.state}; only a failed job can be tried again.", job_id=job_id
        )
    transitions.request_retry(session, job, by=by)
    transitions.change_job(session, job, JobState.QUEUED)
    tasks = jobs.tasks(job_id)
    redo = {REDO_WITH.get(TaskId(task.task_id)) for task in tasks if task.state not in _DONE}
    for task in tasks:
        if task.state not in _DONE or task.task_id in redo:
            transitions.change_task(session, task, TaskState.QUEUED)
    session.flush()
    queue.put(session, job_id, job.run)
    return job.run
