"""Every query of the engine's tables."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, defer

from ..db.models import (
    STAGING_REMOVED,
    Attempt,
    Event,
    Job,
    OutboxNotice,
    Submission,
    Task,
    WorkerRow,
)
from ..domain.pipeline import TaskId
from ..domain.states import ACTIVE_JOB_STATES, AttemptState, JobState, TaskState
from ..errors import NotFound
from ..notify.couriers import HOOK_PREFIX
from ..notify.digest import DIGESTED

_KEYS_AT_ONCE = 500
"""Values in one query: databases limit them."""
_PLANS_AT_ONCE = 100
"""Plans in memory: each may have hundreds of kilobytes."""


class JobUnknown(NotFound):
    """There is no job with this id."""

    code = "job_unknown"
    what_to_do_default = "Look it up on the jobs page."


class TaskUnknown(NotFound):
    """The job has no such task or attempt."""

    code = "task_unknown"


class Jobs:
    """Jobs with their submissions, tasks, attempts and events."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_submission(self, submission: Submission) -> None:
        """Keep a new submission."""
        self._session.add(submission)
        self._session.flush()

    def get(self, job_id: str) -> Job:
        """Return a job; raises `JobUnknown`."""
        job = self._session.get(Job, job_id)
        if job is None:
            raise JobUnknown(f"There is no job {job_id!r}.", job_id=job_id)
        return job

    def lock(self, job_id: str) -> Job:
        """Return a job that nobody else changes until the transaction ends; raises `JobUnknown`."""
        self._session.get(Job, job_id, with_for_update=True)
        return self.get(job_id)

    def uploaded_since(self, job: Job) -> Job | None:
        """Return a job that has succeeded at the same place since ``job`` was submitted."""
        return self._session.scalar(
            select(Job)
            .options(defer(Job.plan))
            .where(
                Job.asset_name == job.asset_name,
                Job.storage_url == job.storage_url,
                Job.state == JobState.SUCCESS,
                Job.ended_at > job.created_at,
                Job.id != job.id,
            )
            .limit(1)
        )

    def active_at(self, places: Sequence[str]) -> dict[str, Job]:
        """Return the queued and running jobs for places, by the place, without their plans."""
        found: dict[str, Job] = {}
        for start in range(0, len(places), _KEYS_AT_ONCE):
            some = places[start : start + _KEYS_AT_ONCE]
            query = select(Job).options(defer(Job.plan)).where(Job.active_key.in_(some))
            found |= {job.active_key: job for job in self._session.scalars(query) if job.active_key}
        return found

    def count(self, state: JobState) -> int:
        """Return how many jobs are in a state."""
        query = select(func.count()).select_from(Job).where(Job.state == state)
        return self._session.scalar(query) or 0

    def cancel_wished(self) -> set[str]:
        """Return the ids of active jobs that somebody wants to end."""
        return set(
            self._session.scalars(
                select(Job.id).where(
                    Job.cancel_requested_at.is_not(None), Job.state.in_(ACTIVE_JOB_STATES)
                )
            )
        )

    def staging_removed_at(self, job_id: str) -> datetime | None:
        """Return when the job's staging folder was removed after a failure, the last time."""
        query = select(func.max(Event.at)).where(
            Event.job_id == job_id, Event.kind == STAGING_REMOVED
        )
        return self._session.scalar(query)

    def plans_under_way(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Return id and plan of every job that is queued or running."""
        query = select(Job.id, Job.plan).where(Job.state.in_(ACTIVE_JOB_STATES))
        some_at_a_time = query.execution_options(yield_per=_PLANS_AT_ONCE)
        return ((job_id, plan) for job_id, plan in self._session.execute(some_at_a_time))

    def plans_removing_sources(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Return id and plan of every job that is at the removal of its sources."""
        query = (
            select(Job.id, Job.plan)
            .join(Task, Task.job_id == Job.id)
            .where(
                Job.state.in_(ACTIVE_JOB_STATES),
                Task.task_id == TaskId.REMOVE_SOURCE_FOLDERS,
                Task.state.in_((TaskState.RUNNING, TaskState.UP_FOR_RETRY)),
            )
        )
        return ((job_id, plan) for job_id, plan in self._session.execute(query))

    def under_way_beside(self, job: Job) -> int:
        """Return how many other jobs of a job's submission have not ended."""
        query = select(func.count()).where(
            Job.submission_id == job.submission_id,
            Job.id != job.id,
            Job.state.in_(ACTIVE_JOB_STATES),
        )
        return self._session.scalar(query) or 0

    def tasks(self, job_id: str) -> Sequence[Task]:
        """Return a job's tasks in the pipeline's order."""
        return self._session.scalars(
            select(Task).where(Task.job_id == job_id).order_by(Task.position, Task.map_index)
        ).all()

    def under_way(self, job_ids: Sequence[str]) -> Sequence[tuple[Task, datetime | None]]:
        """Return the running tasks of several jobs, each with the time its attempt began."""
        query = (
            select(Task, Attempt.started_at)
            .join(Attempt, Attempt.task_pk == Task.id)
            .where(
                Task.job_id.in_(job_ids),
                Task.state == TaskState.RUNNING,
                Attempt.state == AttemptState.RUNNING,
            )
            .order_by(Task.position, Task.map_index)
        )
        return [(task, begun) for task, begun in self._session.execute(query)]

    def task(self, task_pk: int) -> Task:
        """Return one task by its key."""
        return self._session.get_one(Task, task_pk)

    def find_task(self, job_id: str, task_id: str, map_index: int) -> Task:
        """Return one task by its name; raises `TaskUnknown`."""
        task = self._session.scalar(
            select(Task).where(
                Task.job_id == job_id, Task.task_id == task_id, Task.map_index == map_index
            )
        )
        if task is None:
            raise TaskUnknown(f"Job {job_id} has no task {task_id!r} with map index {map_index}.")
        return task

    def attempt(self, task: Task, number: int) -> Attempt | None:
        """Return one attempt at a task."""
        return self._session.scalar(
            select(Attempt).where(Attempt.task_pk == task.id, Attempt.number == number)
        )

    def open_attempt(self, task: Task) -> Attempt | None:
        """Return the attempt that is starting or running, if any."""
        return self._session.scalar(
            select(Attempt).where(
                Attempt.task_pk == task.id,
                Attempt.state.in_((AttemptState.STARTING, AttemptState.RUNNING)),
            )
        )

    def open_attempts(self, executor: str) -> Sequence[Attempt]:
        """Return all attempts of an executor that are starting or running."""
        return self._session.scalars(
            select(Attempt).where(
                Attempt.executor == executor,
                Attempt.state.in_((AttemptState.STARTING, AttemptState.RUNNING)),
            )
        ).all()

    def count_open_attempts(self) -> dict[str, int]:
        """Return how many attempts are starting or running, by their executor."""
        query = (
            select(Attempt.executor, func.count())
            .where(Attempt.state.in_((AttemptState.STARTING, AttemptState.RUNNING)))
            .group_by(Attempt.executor)
        )
        return dict(self._session.execute(query).all())

    def attempts(self, job_id: str) -> Sequence[Attempt]:
        """Return all attempts at a job's tasks, in order."""
        return self._session.scalars(
            select(Attempt)
            .join(Task, Task.id == Attempt.task_pk)
            .where(Task.job_id == job_id)
            .order_by(Task.position, Task.map_index, Attempt.number)
        ).all()

    def error_codes(self, task: Task) -> tuple[str, ...]:
        """Return the codes of the errors that attempts at a task ended with, in order."""
        if task.try_number == 0:
            return ()
        query = select(Attempt.error).where(Attempt.task_pk == task.id).order_by(Attempt.number)
        return tuple(error["code"] for error in self._session.scalars(query) if error)

    def events(self, job_id: str) -> Sequence[Event]:
        """Return all that happened to a job, in order."""
        return self._session.scalars(
            select(Event).where(Event.job_id == job_id).order_by(Event.id)
        ).all()

    def set_progress(self, values: Sequence[dict[str, Any]]) -> None:
        """Set progress, outputs or note of many running tasks; a value names its task by ``id``."""
        self._session.execute(update(Task), list(values))


class Outbox:
    """Notices that wait to be sent."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, notice: OutboxNotice) -> None:
        """Keep a notice unless one with its key is there."""
        known = select(OutboxNotice.id).where(OutboxNotice.key == notice.key)
        if self._session.scalar(known) is None:
            self._session.add(notice)

    def any_due(self, now: datetime, *, mail: bool) -> bool:
        """Whether there is anything to send; without ``mail``, anything but mails."""
        return self._session.scalar(_due(select(OutboxNotice.id), now, mail).limit(1)) is not None

    def get(self, notice_id: int) -> OutboxNotice:
        """Return one notice."""
        return self._session.get_one(OutboxNotice, notice_id)

    def due(
        self, now: datetime, *, mail: bool, limit: int = 50
    ) -> Sequence[tuple[OutboxNotice, str]]:
        """Return unsent notices whose time has come, oldest first, each with its submission.

        With them come those that wait to be told together with one of them. All are locked where
        the database can.
        """
        due = self._with_submission(_due(_NOTICES, now, mail).limit(limit))
        known = {notice.id for notice, _ in due}
        submissions = {submission for notice, submission in due if notice.event in DIGESTED}
        waiting = _unsent(_NOTICES).where(
            Job.submission_id.in_(submissions),
            OutboxNotice.event.in_(DIGESTED),
            OutboxNotice.recipient.in_({notice.recipient for notice, _ in due}),
            OutboxNotice.tries == 0,
        )
        joining = self._with_submission(waiting) if submissions else []
        return [*due, *(one for one in joining if one[0].id not in known)]

    def _with_submission(self, query: Any) -> list[tuple[OutboxNotice, str]]:
        rows = self._session.execute(
            query.order_by(OutboxNotice.id).with_for_update(of=OutboxNotice, skip_locked=True)
        )
        return [(notice, submission_id) for notice, submission_id in rows]


_NOTICES = select(OutboxNotice, Job.submission_id).join(Job, Job.id == OutboxNotice.job_id)


def _unsent(query: Any) -> Any:
    return query.where(OutboxNotice.sent_at.is_(None), OutboxNotice.given_up_at.is_(None))


def _due(query: Any, now: datetime, mail: bool) -> Any:
    due = _unsent(query).where(
        or_(OutboxNotice.next_try_at.is_(None), OutboxNotice.next_try_at <= now)
    )
    if mail:
        return due
    recipient = OutboxNotice.recipient
    return due.where(or_(recipient.contains("://"), recipient.startswith(HOOK_PREFIX)))


class Workers:
    """Worker processes and their leases."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, worker: WorkerRow) -> None:
        """Keep a new worker."""
        self._session.add(worker)

    def get(self, worker_id: str) -> WorkerRow | None:
        """Return one worker."""
        return self._session.get(WorkerRow, worker_id)

    def not_taken_over(self) -> Sequence[WorkerRow]:
        """Return all workers whose jobs have not been given to others."""
        return self._session.scalars(
            select(WorkerRow).where(WorkerRow.taken_over_at.is_(None)).order_by(WorkerRow.id)
        ).all()
