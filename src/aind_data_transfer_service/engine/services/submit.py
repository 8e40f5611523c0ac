"""Takes accepted plans: all jobs of a request are queued, or none."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...db.database import Database
from ...db.models import DEFAULT_DAG_ID, Job, Submission
from ...domain.pipeline import PIPELINE
from ...domain.plan import JobPlan
from ...errors import Conflict
from ...logging import log_context
from .. import transitions
from ..durable import JobQueue
from ..ids import new_id
from ..repositories import Jobs

logger = logging.getLogger(__name__)

_MORE_TRIES = 4

_POSITIONS = {task.task_id: position for position, task in enumerate(PIPELINE)}

# Whom to tell does not change what is uploaded.
_NOT_IN_HASH = {"user_email", "notify_on", "webhooks", "request"}


class AssetBusy(Conflict):
    """Another job for the same place is queued or running."""

    code = "asset_busy"
    what_to_do_default = "Wait until that job has ended, or cancel it, then submit again."


@dataclass(frozen=True, slots=True)
class AcceptedJob:
    """One job of a submission: newly queued, or found under way."""

    job_id: str
    submission_id: str
    asset_name: str
    location: str
    new: bool
    """False: the very same job was under way already, and this is it."""
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ActiveJob:
    """A job that is queued or running."""

    job_id: str
    state: str
    same: bool
    """Whether it uploads the very same as what was asked about."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One job that is asked for, ready to be written."""

    plan: JobPlan
    place: str
    document: dict[str, Any]
    digest: str


def submit(
    database: Database,
    queue: JobQueue,
    plans: Sequence[JobPlan],
    *,
    user_email: str | None,
    client: str | None,
    dag_id: str = DEFAULT_DAG_ID,
    also: Callable[[Session, list[AcceptedJob]], None] = lambda _session, _jobs: None,
) -> tuple[str, list[AcceptedJob]]:
    """Queue the jobs of one request and return the submission's id and the jobs in order.

    A job that asks for the very same as one under way becomes that one. Raises `AssetBusy` if
    another job goes to the same place, and then queues none. ``also`` is done in the same
    transaction: if it raises, nothing is queued. ``dag_id`` is what their API calls the pipeline.
    """
    now = datetime.now(UTC)
    submission_id = new_id(now)
    facts = {"id": submission_id, "created_at": now, "user_email": user_email, "client": client}
    # Before the transaction: nobody else can write to SQLite during one.
    asked = [_asked(plan) for plan in plans]

    def take() -> list[AcceptedJob]:
        with database.write() as session:
            jobs = _submit(session, queue, asked, Submission(**facts), dag_id)
            also(session, jobs)
            return jobs

    accepted = _patiently(take)
    with log_context(submission=submission_id):
        new = sum(job.new for job in accepted)
        logger.info("Accepted %d jobs, %d of them new", len(accepted), new)
    return submission_id, accepted


def any_under_way(database: Database, places: Sequence[tuple[str, str]]) -> bool:
    """Whether a job is queued or running for one of the places: URL of the bucket, and name."""
    with database.read() as session:
        return bool(Jobs(session).active_at([transitions.active_key(*place) for place in places]))


def same_under_way(database: Database, plans: Sequence[JobPlan]) -> list[str]:
    """Return the names of the assets for which the very same job is queued or running."""
    found = under_way(database, plans)
    return [
        plan.asset_name
        for plan, job in zip(plans, found, strict=True)
        if job is not None and job.same
    ]


def under_way(database: Database, plans: Sequence[JobPlan]) -> list[ActiveJob | None]:
    """Return for each plan the job that is queued or running for its place, if there is one."""
    places = [transitions.active_key(plan.storage_url, plan.asset_name) for plan in plans]
    with database.read() as session:
        active = Jobs(session).active_at(places)
        return [
            ActiveJob(known.id, known.state, same=known.request_hash == _asked(plan).digest)
            if (known := active.get(place)) is not None
            else None
            for place, plan in zip(places, plans, strict=True)
        ]


def _patiently(take: Callable[[], list[AcceptedJob]]) -> list[AcceptedJob]:
    for _ in range(_MORE_TRIES):
        # Somebody else may take one of the places between our look and our write: look again.
        with suppress(IntegrityError):
            return take()
    return take()


def _submit(
    session: Session,
    queue: JobQueue,
    asked: Sequence[_Asked],
    submission: Submission,
    dag_id: str,
) -> list[AcceptedJob]:
    jobs = Jobs(session)
    jobs.add_submission(submission)
    active = jobs.active_at([job.place for job in asked])
    # Sorted, so that lists show the jobs of a request in its order.
    ids = sorted(new_id(submission.created_at) for _ in asked)
    taken: list[Job] = []
    added: dict[str, JobPlan] = {}
    for position, (job_id, job) in enumerate(zip(ids, asked, strict=True)):
        known = active.get(job.place)
        if known is None:
            known = active[job.place] = _job(job, job_id, submission, position)
            known.dag_id = dag_id
            added[job_id] = job.plan
        elif known.request_hash != job.digest:
            raise _busy(job.plan, known)
        taken.append(known)
    # All take places in the same order, so that no two requests wait for each other.
    new = [job for _, job in sorted(active.items()) if job.id in added]
    tasks = (task for job_id, plan in added.items() for task in _tasks(job_id, plan))
    transitions.add_jobs(session, new, tasks)
    for job_id in added:
        queue.put(session, job_id, run=1)
    return [_accepted(job, new=job.id == job_id) for job_id, job in zip(ids, taken, strict=True)]


def _asked(plan: JobPlan) -> _Asked:
    document = plan.model_dump(mode="json")
    return _Asked(
        plan=plan,
        place=transitions.active_key(plan.storage_url, plan.asset_name),
        document=document,
        digest=_digest(document),
    )


def _digest(document: Mapping[str, Any]) -> str:
    """Return a digest that is the same for plans that upload the very same."""
    content = {name: value for name, value in document.items() if name not in _NOT_IN_HASH}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _job(asked: _Asked, job_id: str, submission: Submission, position: int) -> Job:
    plan = asked.plan
    return Job(
        id=job_id,
        submission_id=submission.id,
        position=position,
        asset_name=plan.asset_name,
        bucket=plan.bucket,
        storage_url=plan.storage_url,
        request_hash=asked.digest,
        run=1,
        project_name=plan.project_name,
        platform=plan.platform,
        subject_id=plan.subject_id,
        job_type=plan.job_type,
        user_email=plan.user_email,
        plan=asked.document,
        created_at=submission.created_at,
    )


def _tasks(job_id: str, plan: JobPlan) -> Iterator[dict[str, Any]]:
    for task in plan.tasks:
        yield {
            "job_id": job_id,
            "task_id": task.task_id,
            "map_index": task.map_index,
            "position": _POSITIONS[task.task_id],
            "label": task.label,
        }


def _accepted(job: Job, *, new: bool) -> AcceptedJob:
    return AcceptedJob(
        job_id=job.id,
        submission_id=job.submission_id,
        asset_name=job.asset_name,
        location=f"{job.storage_url.rstrip('/')}/{job.asset_name}/",
        new=new,
        state=job.state,
        created_at=job.created_at,
    )


def _busy(plan: JobPlan, known: Job) -> AssetBusy:
    return AssetBusy(
        f"{plan.asset_name} in bucket {plan.bucket!r} is the target of job {known.id},"
        f" which is {known.state} and was asked for with other settings.",
        job_id=known.id,
        asset_name=plan.asset_name,
    )
