"""How far the jobs of a list have come."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from ...db.models import Job, Task
from ...domain.pipeline import PIPELINE_BY_ID, TaskId
from ...domain.states import JobState
from ..repositories import Jobs
from .views import JobProgress


def progress_of(session: Session, jobs: Sequence[Job]) -> dict[str, JobProgress]:
    """Return the progress of those jobs that run a task which tells it, by the job's id."""
    running = [job.id for job in jobs if job.state == JobState.RUNNING]
    if not running:
        return {}
    rows = sorted(Jobs(session).under_way(running), key=lambda row: row[0].job_id)
    found = {job_id: _progress(part) for job_id, part in groupby(rows, lambda row: row[0].job_id)}
    return {job_id: progress for job_id, progress in found.items() if progress is not None}


def _progress(rows: Iterable[tuple[Task, datetime | None]]) -> JobProgress | None:
    told = [(task, begun) for task, begun in rows if task.progress_done is not None]
    if not told:
        return None
    task = told[0][0]
    same = [(other, begun) for other, begun in told if other.task_id == task.task_id]
    done = sum(other.progress_done or 0 for other, _ in same)
    totals = [other.progress_total for other, _ in same]
    total = None if None in totals else sum(part or 0 for part in totals)
    rate = _rate(same, done)
    return JobProgress(
        task_id=task.task_id,
        title=PIPELINE_BY_ID[TaskId(task.task_id)].title,
        done=done,
        total=total,
        rate=rate,
        eta_seconds=max(0, total - done) / rate if total and rate else None,
    )


def _rate(rows: Sequence[tuple[Task, datetime | None]], done: int) -> float | None:
    begun = [start for _, start in rows if start is not None]
    seen = [task.progress_at for task, _ in rows if task.progress_at is not None]
    if not begun or not done:
        return None
    seconds = (max(seen, default=datetime.now(UTC)) - min(begun)).total_seconds()
    return done / seconds if seconds > 0 else None
