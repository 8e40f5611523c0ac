"""Cancels jobs."""

from ...db.database import Database
from ...domain.states import FINISHED_JOB_STATES, FINISHED_TASK_STATES, JobState, TaskState
from .. import transitions
from ..repositories import Jobs


def cancel(database: Database, job_id: str, *, by: str) -> str:
    """End a job; returns its state now.

    A queued job is cancelled at once, a running one by its worker within seconds. Does nothing
    to a job that has ended. Raises `JobUnknown`.
    """
    with database.write() as session:
        job = Jobs(session).lock(job_id)
        if job.state not in FINISHED_JOB_STATES:
            transitions.request_cancel(session, job, by=by)
        if job.state == JobState.QUEUED:
            for task in Jobs(session).tasks(job_id):
                if task.state not in FINISHED_TASK_STATES:
                    transitions.change_task(session, task, TaskState.CANCELLED)
            transitions.change_job(session, job, JobState.CANCELLED)
        return job.state
