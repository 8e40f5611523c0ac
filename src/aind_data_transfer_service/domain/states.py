"""States of jobs, tasks and attempts, and which change may follow which.

Job and task states are Airflow's words (with ``cancelled``), because scripts written for the
first generation of this service read them.
"""

from enum import StrEnum

from ..errors import Defect


class JobState(StrEnum):
    """The state of one upload job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"


class TaskState(StrEnum):
    """The state of one task of a job (of one element, for a mapped task)."""

    QUEUED = "queued"
    RUNNING = "running"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    CANCELLED = "cancelled"


class AttemptState(StrEnum):
    """The state of one try at a task."""

    STARTING = "starting"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


JOB_CHANGES: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.RUNNING: frozenset({JobState.SUCCESS, JobState.FAILED, JobState.CANCELLED}),
    JobState.SUCCESS: frozenset(),
    JobState.FAILED: frozenset({JobState.QUEUED}),
    JobState.CANCELLED: frozenset(),
}

_ENDS = frozenset({TaskState.SUCCESS, TaskState.FAILED, TaskState.CANCELLED})

TASK_CHANGES: dict[TaskState, frozenset[TaskState]] = {
    TaskState.QUEUED: frozenset(
        {
            TaskState.RUNNING,
            TaskState.SKIPPED,
            TaskState.UPSTREAM_FAILED,
            TaskState.CANCELLED,
            TaskState.FAILED,
        }
    ),
    TaskState.RUNNING: _ENDS
    | {TaskState.SKIPPED, TaskState.UP_FOR_RETRY, TaskState.UP_FOR_RESCHEDULE},
    TaskState.UP_FOR_RETRY: frozenset({TaskState.RUNNING, TaskState.CANCELLED}),
    TaskState.UP_FOR_RESCHEDULE: _ENDS | {TaskState.RUNNING, TaskState.UP_FOR_RETRY},
    TaskState.SKIPPED: frozenset(),
    # A retry of the job puts what did not succeed back in the queue, and what that builds on
    # where it has to be done anew.
    TaskState.SUCCESS: frozenset({TaskState.QUEUED}),
    TaskState.FAILED: frozenset({TaskState.QUEUED}),
    TaskState.UPSTREAM_FAILED: frozenset({TaskState.QUEUED}),
    TaskState.CANCELLED: frozenset({TaskState.QUEUED}),
}

FINISHED_JOB_STATES = frozenset({JobState.SUCCESS, JobState.FAILED, JobState.CANCELLED})
ACTIVE_JOB_STATES = frozenset({JobState.QUEUED, JobState.RUNNING})
FINISHED_TASK_STATES = frozenset(
    {
        TaskState.SUCCESS,
        TaskState.FAILED,
        TaskState.SKIPPED,
        TaskState.UPSTREAM_FAILED,
        TaskState.CANCELLED,
    }
)


class StateChangeRefused(Defect):
    """A change of state that the rules do not know."""

    code = "state_change_refused"


def require_job_change(old: JobState, new: JobState) -> None:
    """Raise `StateChangeRefused` unless a job may go from ``old`` to ``new``."""
    if new not in JOB_CHANGES[old]:
        raise StateChangeRefused(f"A job cannot go from {old} to {new}.")


def require_task_change(old: TaskState, new: TaskState) -> None:
    """Raise `StateChangeRefused` unless a task may go from ``old`` to ``new``."""
    if new not in TASK_CHANGES[old]:
        raise StateChangeRefused(f"A task cannot go from {old} to {new}.")
