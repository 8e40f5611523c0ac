"""Jobs and tasks as the server and the command line show them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from ...db.database import Database
from ...db.models import Attempt, Job, Task
from ...domain.pipeline import PIPELINE_BY_ID, TaskId
from ...domain.plan import JobPlan
from ...domain.states import JobState, TaskState
from ..repositories import Jobs


class AttemptView(BaseModel):
    """One try at a task."""

    number: int
    state: str
    executor: str
    started_at: datetime | None
    ended_at: datetime | None
    error: dict[str, Any] | None


class TaskView(BaseModel):
    """One task of a job, or one element of it."""

    task_id: str
    title: str
    map_index: int
    position: int
    label: str | None
    """The modality, for a mapped task."""
    state: TaskState
    try_number: int
    started_at: datetime | None
    ended_at: datetime | None
    next_try_at: datetime | None
    note: str | None
    outputs: dict[str, Any] | None
    error: dict[str, Any] | None
    progress_done: int | None
    """Bytes."""
    progress_total: int | None
    """Bytes."""
    rate: float | None
    """Bytes per second since the attempt began, while it runs."""
    eta_seconds: float | None
    attempts: list[AttemptView] = []


class JobProgress(BaseModel):
    """How far the task that is under way has come, all its elements together."""

    task_id: str
    title: str
    done: int
    """Bytes."""
    total: int | None
    """Bytes."""
    rate: float | None
    """Bytes per second since its attempts began."""
    eta_seconds: float | None
    """Until this task ends."""


class JobView(BaseModel):
    """One upload job."""

    job_id: str
    submission_id: str
    asset_name: str
    location: str
    bucket: str
    state: JobState
    run: int
    project_name: str
    platform: str | None
    subject_id: str
    job_type: str
    user_email: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_requested: bool
    error: dict[str, Any] | None
    files: int | None
    """Files of the asset, once they are counted."""
    bytes: int | None
    """Bytes of the asset, once they are counted."""
    dag_id: str
    """What the API it was asked for by calls the pipeline."""
    progress: JobProgress | None = None
    tasks: list[TaskView] = []


class JobDetail(JobView):
    """One upload job with its plan."""

    plan: JobPlan


def get_job(database: Database, job_id: str) -> JobDetail:
    """Return one job with tasks, attempts and plan; raises `JobUnknown`."""
    with database.read() as session:
        jobs = Jobs(session)
        job = jobs.get(job_id)
        tasks = jobs.tasks(job_id)
        attempts = jobs.attempts(job_id)
    tries: dict[int, list[Attempt]] = {task.id: [] for task in tasks}
    for attempt in attempts:
        tries[attempt.task_pk].append(attempt)
    return JobDetail(
        **job_view(job).model_dump(exclude={"tasks"}),
        tasks=[_task_view(task, tries[task.id]) for task in tasks],
        plan=JobPlan.model_validate(job.plan),
    )


def job_view(job: Job, progress: JobProgress | None = None) -> JobView:
    """Return a job as users see it, without its tasks."""
    return JobView(
        job_id=job.id,
        submission_id=job.submission_id,
        asset_name=job.asset_name,
        location=f"{job.storage_url.rstrip('/')}/{job.asset_name}/",
        bucket=job.bucket,
        state=JobState(job.state),
        run=job.run,
        project_name=job.project_name,
        platform=job.platform,
        subject_id=job.subject_id,
        job_type=job.job_type,
        user_email=job.user_email,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        cancel_requested=job.cancel_requested_at is not None,
        error=job.error,
        files=job.asset_files,
        bytes=job.asset_bytes,
        dag_id=job.dag_id,
        progress=progress,
    )


def _task_view(task: Task, attempts: Sequence[Attempt]) -> TaskView:
    rate, eta = _pace(task, attempts)
    return TaskView(
        task_id=task.task_id,
        title=PIPELINE_BY_ID[TaskId(task.task_id)].title,
        map_index=task.map_index,
        position=task.position,
        label=task.label,
        state=TaskState(task.state),
        try_number=task.try_number,
        started_at=task.started_at,
        ended_at=task.ended_at,
        next_try_at=task.next_try_at,
        note=task.note,
        outputs=task.outputs,
        error=task.error,
        progress_done=task.progress_done,
        progress_total=task.progress_total,
        rate=rate,
        eta_seconds=eta,
        attempts=[
            AttemptView(
                number=attempt.number,
                state=attempt.state,
                executor=attempt.executor,
                started_at=attempt.started_at,
                ended_at=attempt.ended_at,
                error=attempt.error,
            )
            for attempt in attempts
        ],
    )


def _pace(task: Task, attempts: Sequence[Attempt]) -> tuple[float | None, float | None]:
    begun = attempts[-1].started_at if attempts else None
    done, total = task.progress_done, task.progress_total
    if task.state != TaskState.RUNNING or begun is None or not done:
        return None, None
    seconds = ((task.progress_at or datetime.now(UTC)) - begun).total_seconds()
    if seconds <= 0:
        return None, None
    rate = done / seconds
    return rate, (total - done) / rate if total else None
