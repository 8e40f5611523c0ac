"""Takes accepted plans: all jobs of a request are queued, or none."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...db.database import Database
from ...db.models import Job, Submission, Task
from ...domain.pipeline import PIPELINE
from ...domain.plan import JobPlan
from ...domain.states import TaskState
from ...errors import Conflict
from ...logging import log_context
from .. import transitions
from ..durable import JobQueue
from ..ids import new_id
from ..repositories import Jobs

logger = logging.getLogger(__name__)

_POSITIONS = {task.task_id: position for position, task in enumerate(PIPELINE)}

# Whom to tell does not change what is uploaded.
_NOT_IN_HASH = {"user_email", "notify_on", "request"}


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


def submit(
    database: Database,
    queue: JobQueue,
    plans: Sequence[JobPlan],
    *,
    user_email: str | None,
    client: str | None,
) -> tuple[str, list[AcceptedJob]]:
    """Queue the jobs of one request and return the submission's id and the jobs in order.

    A job that asks for the very same as one under way becomes that one. Raises `AssetBusy` if
    another job goes to the same place, and then queues none.
    """
    submission_id = new_id()
    try:
        with database.write() as session:
            return submission_id, _submit(
                session, queue, plans, submission_id, user_email=user_email, client=client
            )
    except IntegrityError:
        # Somebody else took one of the places between our look and our write: look again.
        with database.write() as session:
            return submission_id, _submit(
                session, queue, plans, submission_id, user_email=user_email, client=client
            )


def _submit(
    session: Session,
    queue: JobQueue,
    plans: Sequence[JobPlan],
    submission_id: str,
    *,
    user_email: str | None,
    client: str | None,
) -> list[AcceptedJob]:
    jobs = Jobs(session)
    now = datetime.now(UTC)
    accepted: list[AcceptedJob] = []
    added: list[str] = []
    jobs.add_submission(
        Submission(id=submission_id, created_at=now, user_email=user_email, client=client)
    )
    for position, plan in enumerate(plans):
        known = jobs.active_at(transitions.active_key(plan.storage_url, plan.asset_name))
        digest = request_hash(plan)
        if known is not None and known.request_hash != digest:
            raise _busy(plan, known)
        if known is None:
            job, tasks = _rows(plan, submission_id, position, digest, now)
            transitions.add_job(session, job, tasks)
            added.append(job.id)
        accepted.append(_accepted(known or job, new=known is None))
    for job_id in added:
        queue.put(session, job_id, run=1)
    with log_context(submission=submission_id):
        logger.info("Accepted %d jobs, %d of them new", len(accepted), len(added))
    return accepted


def request_hash(plan: JobPlan) -> str:
    """Return a digest that is the same for plans that upload the very same."""
    content = plan.model_dump(mode="json", exclude=_NOT_IN_HASH)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(
    plan: JobPlan, submission_id: str, position: int, digest: str, now: datetime
) -> tuple[Job, list[Task]]:
    job = Job(
        id=new_id(now),
        submission_id=submission_id,
        position=position,
        asset_name=plan.asset_name,
        bucket=plan.bucket,
        storage_url=plan.storage_url,
        request_hash=digest,
        run=1,
        project_name=plan.project_name,
        platform=plan.platform,
        subject_id=plan.subject_id,
        job_type=plan.job_type,
        user_email=plan.user_email,
        plan=plan.model_dump(mode="json"),
        created_at=now,
    )
    tasks = [
        Task(
            job_id=job.id,
            task_id=task.task_id,
            map_index=task.map_index,
            position=_POSITIONS[task.task_id],
            label=task.label,
            state=TaskState.QUEUED,
            try_number=0,
            earlier_tries=0,
        )
        for task in plan.tasks
    ]
    return job, tasks


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
