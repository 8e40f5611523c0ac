"""The page of one job, of the elements of a task, and of pictures."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel, PositiveInt

from ...domain.states import TaskState
from ...engine.repositories import TaskUnknown
from ...engine.services.pictures import find_picture
from ...engine.services.views import get_job
from ...intake.removal import removal_warnings
from ..health import look
from ..service import ServiceDep
from . import overview
from .links import links_of
from .metadata import metadata_of
from .plan_settings import settings_of
from .render import page
from .timeline import Scale, row_of, timeline

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_ELEMENTS_PER_PAGE = 100


class ElementsForm(BaseModel):
    """Which elements of a task are shown."""

    state: TaskState | None = None
    page: PositiveInt = 1


@router.get("/jobs/{job_id}")
def show_job(service: ServiceDep, job_id: str) -> HTMLResponse:
    """Show one job."""
    job = get_job(service.database, job_id)
    failures = overview.failures(service.database, job)
    scale = Scale.of(job)
    return page(
        "job.html",
        job=job,
        failures=failures,
        more_failures=overview.failed(job) - len(failures),
        under_way=overview.under_way(job),
        metadata=metadata_of(job),
        pictures=overview.pictures(job),
        removal=list(removal_warnings(job.plan)),
        removed=overview.removed_sources(job),
        done=overview.done(job),
        rows=timeline(job, scale),
        span=scale.seconds,
        links=links_of(job, service.settings),
        settings=settings_of(job.plan),
        health=look(service),
    )


@router.get("/jobs/{job_id}/tasks/{task_id}")
def show_elements(
    service: ServiceDep, job_id: str, task_id: str, form: Annotated[ElementsForm, Query()]
) -> HTMLResponse:
    """Show all elements of a task."""
    job = get_job(service.database, job_id)
    elements = [task for task in job.tasks if task.task_id == task_id]
    if not elements:
        raise TaskUnknown(f"Job {job_id} has no task {task_id!r}.")
    scale = Scale.of(job)
    wanted = [task for task in elements if form.state in (None, task.state)]
    first = (form.page - 1) * _ELEMENTS_PER_PAGE
    return page(
        "elements.html",
        job=job,
        task_id=task_id,
        title=elements[0].title,
        counts=overview.count_states(elements),
        state=form.state,
        rows=[row_of(task, scale) for task in wanted[first : first + _ELEMENTS_PER_PAGE]],
        number=form.page,
        last_page=max(1, -(-len(wanted) // _ELEMENTS_PER_PAGE)),
    )


@router.get("/jobs/{job_id}/pictures/{task_id}/{map_index}/{name}")
def show_picture(
    service: ServiceDep, job_id: str, task_id: str, map_index: int, name: str
) -> FileResponse:
    """Send a picture that a task made."""
    return FileResponse(find_picture(service.database, job_id, task_id, map_index, name))
