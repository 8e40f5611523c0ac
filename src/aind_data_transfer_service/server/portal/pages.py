"""The pages: one job, one log."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ...engine.repositories import TaskUnknown
from ...engine.services.logs import LogMissing, read_log
from ...engine.services.views import get_job
from ..health import look
from ..service import ServiceDep
from . import overview
from .render import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LONGEST_LOG_SHOWN = 200_000
"""Characters."""


@router.get("/jobs/{job_id}")
def show_job(service: ServiceDep, job_id: str) -> HTMLResponse:
    """Show one job."""
    job = get_job(service.database, job_id)
    return page(
        "job.html",
        job=job,
        failures=overview.failures(service.database, job),
        under_way=overview.under_way(job),
        done=overview.done(job),
        health=look(service),
    )


@router.get("/jobs/{job_id}/tasks/{task_id}/{map_index}/{try_number}")
def show_log(
    service: ServiceDep, job_id: str, task_id: str, map_index: int, try_number: int
) -> HTMLResponse:
    """Show the log of one attempt at a task."""
    job = get_job(service.database, job_id)
    task = next((t for t in job.tasks if (t.task_id, t.map_index) == (task_id, map_index)), None)
    if task is None:
        raise TaskUnknown(f"Job {job_id} has no task {task_id!r} with map index {map_index}.")
    try:
        log = read_log(
            service.database, job_id, task_id, map_index=map_index, try_number=try_number
        )
    except LogMissing as missing:
        log, note = "", missing.message
    else:
        note = "" if log else "The log is empty so far."
    return page(
        "log.html",
        job=job,
        task=task,
        attempt=next((a for a in task.attempts if a.number == try_number), None),
        number=try_number,
        log=log[-_LONGEST_LOG_SHOWN:],
        left_out=max(0, len(log) - _LONGEST_LOG_SHOWN),
        note=note,
    )
