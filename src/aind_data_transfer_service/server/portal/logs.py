"""The log of one attempt, live, and searched."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ...engine.repositories import TaskUnknown
from ...engine.services.logs import LogMissing, read_log
from ...engine.services.views import get_job
from ..service import ServiceDep
from .render import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LONGEST_SHOWN = 200_000
"""Characters."""
_MOST_FOUND = 1000


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line that a search found."""

    number: int
    text: str


@router.get("/jobs/{job_id}/tasks/{task_id}/{map_index}/{try_number}")
def show_log(
    *,
    service: ServiceDep,
    job_id: str,
    task_id: str,
    map_index: int,
    try_number: int,
    search: str = "",
) -> HTMLResponse:
    """Show the log of one attempt at a task, or the lines of it with a text."""
    job = get_job(service.database, job_id)
    elements = [task for task in job.tasks if task.task_id == task_id]
    task = next((task for task in elements if task.map_index == map_index), None)
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
        elements=elements,
        attempt=next((a for a in task.attempts if a.number == try_number), None),
        number=try_number,
        log=log[-_LONGEST_SHOWN:],
        size=len(log.encode()),
        left_out=max(0, len(log) - _LONGEST_SHOWN),
        note=note,
        search=search,
        found=find_lines(log, search)[:_MOST_FOUND] if search else [],
    )


def find_lines(log: str, search: str) -> list[FoundLine]:
    """Return the lines that contain a text, whatever its case."""
    wanted = search.casefold()
    return [
        FoundLine(number, line)
        for number, line in enumerate(log.splitlines(), start=1)
        if wanted in line.casefold()
    ]
