"""Jobs, their logs, and what can be done with them."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field, NonNegativeInt, PositiveInt

from ...domain.plan import UNMAPPED
from ...domain.states import JobState
from ...engine.repositories import JobFilter, TaskUnknown
from ...engine.services import control
from ...engine.services.views import JobDetail, JobView, get_job, list_jobs, read_log
from ..service import Caller, ServiceDep
from .problems import Problem

Answers = dict[int | str, dict[str, Any]]

_UNKNOWN: Answers = {404: {"model": Problem, "description": "There is no such job, task or log"}}
_CONFLICT: Answers = {409: {"model": Problem, "description": "The job's state does not allow it"}}

router = APIRouter(prefix="/api/v2", tags=["V2"])

JobId = Annotated[str, Path(description="The job's id.")]


class JobPage(BaseModel):
    """Some jobs, newest first, and how many match whatever the page."""

    jobs: list[JobView]
    total: int
    limit: int
    offset: int


class ListParameters(BaseModel):
    """Which jobs to list."""

    state: list[JobState] = Field(default=[], description="May be given several times; none: all.")
    limit: Annotated[PositiveInt, Field(le=500)] = 50
    offset: NonNegativeInt = 0


class CancelAnswer(BaseModel):
    """What became of a wish to cancel."""

    job_id: str
    state: JobState
    """A running job is cancelled by its worker within seconds."""


class RetryAnswer(BaseModel):
    """The new run of a job."""

    job_id: str
    run: int
    job_url: str


@router.get("/jobs", summary="List jobs", response_model_exclude={"jobs": {"__all__": {"tasks"}}})
def read_jobs(service: ServiceDep, params: Annotated[ListParameters, Query()]) -> JobPage:
    """List jobs, newest first."""
    wanted = JobFilter(states=params.state or None, limit=params.limit, offset=params.offset)
    jobs, total = list_jobs(service.database, wanted)
    return JobPage(jobs=jobs, total=total, limit=params.limit, offset=params.offset)


@router.get("/jobs/{job_id}", summary="Show a job", responses=_UNKNOWN)
def read_job(service: ServiceDep, job_id: JobId) -> JobDetail:
    """Return a job with its tasks, attempts and plan."""
    return get_job(service.database, job_id)


@router.get(
    "/jobs/{job_id}/tasks/{task_id}/logs",
    summary="Return a log",
    response_class=PlainTextResponse,
    responses=_UNKNOWN,
)
def read_task_log(
    service: ServiceDep,
    job_id: JobId,
    task_id: str,
    map_index: Annotated[int, Query(ge=UNMAPPED, description="Element of a mapped task.")] = (
        UNMAPPED
    ),
    try_number: Annotated[
        PositiveInt | None, Query(description="Which attempt; none: the latest.")
    ] = None,
) -> PlainTextResponse:
    """Return the log of one attempt at a task."""
    number = try_number or _latest(service, job_id, task_id, map_index)
    text = read_log(service.database, job_id, task_id, map_index=map_index, try_number=number)
    return PlainTextResponse(text)


@router.post("/jobs/{job_id}/cancel", summary="Cancel a job", responses=_UNKNOWN)
def cancel_job(service: ServiceDep, job_id: JobId, caller: Caller) -> CancelAnswer:
    """End a job. One that has ended already stays as it is."""
    state = control.cancel(service.database, job_id, by=caller)
    return CancelAnswer(job_id=job_id, state=JobState(state))


@router.post("/jobs/{job_id}/retry", summary="Retry a job", responses={**_UNKNOWN, **_CONFLICT})
def retry_job(service: ServiceDep, job_id: JobId) -> RetryAnswer:
    """Queue a failed job again from the first task that did not succeed."""
    run = control.retry(service.database, service.queue, job_id)
    return RetryAnswer(job_id=job_id, run=run, job_url=service.job_url(job_id))


def _latest(service: ServiceDep, job_id: str, task_id: str, map_index: int) -> int:
    for task in get_job(service.database, job_id).tasks:
        if (task.task_id, task.map_index) == (task_id, map_index):
            return max(task.try_number, 1)
    raise TaskUnknown(f"Job {job_id} has no task {task_id!r} with map index {map_index}.")
