"""Jobs, and what can be done with them."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...domain.states import JobState
from ...engine.services import control
from ...engine.services.retry import RetryWish, retry
from ...engine.services.search import search_jobs
from ...engine.services.views import JobDetail, JobView, TaskView, get_job
from ...identity.scopes import Scope
from ..access import needs
from ..api_v1.address import JobId, without_nul
from ..service import By, ServiceDep
from .answers import CONFLICT, DENIED, REFUSED, UNKNOWN
from .cursor import write_cursor
from .examples import JOB, JOB_PAGE, TASK, shown
from .list_parameters import ListParameters

router = APIRouter(prefix="/api/v2", tags=["V2"], dependencies=[Depends(without_nul)])


class JobPage(BaseModel):
    """Some jobs, how many match whatever the page, and what the next page begins with."""

    jobs: list[JobView]
    total: int
    limit: int
    offset: int
    next_cursor: str | None = Field(description="Null: this is the last page.")


class TaskPage(BaseModel):
    """All tasks of a job, in the order they run."""

    job_id: str
    tasks: list[TaskView]


class CancelAnswer(BaseModel):
    """What became of a wish to cancel."""

    job_id: str = Field(examples=[JOB["job_id"]])
    state: JobState = Field(examples=["cancelled"])
    """A running job is cancelled by its worker within seconds."""


class RetryRequest(BaseModel):
    """What to try again; without a body, everything that failed."""

    model_config = ConfigDict(extra="forbid")

    task_id: str | None = Field(
        default=None, examples=["compress_data"], description="One that failed."
    )
    map_index: int | None = Field(
        default=None,
        ge=0,
        le=2**31 - 1,
        examples=[3],
        description="Only this element of it. Others that failed stay so, and fail the job again.",
    )
    run: int | None = Field(
        default=None,
        ge=1,
        le=2**31 - 1,
        examples=[1],
        description="The run that failed. With it, the same request may be sent again: what was"
        " queued before is not queued twice.",
    )

    @model_validator(mode="after")
    def _check_element(self) -> Self:
        if self.map_index is not None and self.task_id is None:
            raise ValueError("map_index needs task_id")
        return self


class RetryAnswer(BaseModel):
    """The new run of a job."""

    job_id: str = Field(examples=[JOB["job_id"]])
    run: int = Field(examples=[2])
    new: bool = Field(examples=[True], description="False: this run had been queued before.")
    job_url: str = Field(examples=[f"http://data-transfer/jobs/{JOB['job_id']}"])


@router.get(
    "/jobs",
    summary="List jobs",
    response_model_exclude={"jobs": {"__all__": {"tasks"}}},
    responses=shown(JOB_PAGE) | REFUSED,
)
def read_jobs(service: ServiceDep, params: Annotated[ListParameters, Query()]) -> JobPage:
    """List jobs, newest first, page by page, however long ago they were."""
    found = search_jobs(service.database, params.wanted())
    end = found.end
    return JobPage(
        jobs=found.jobs,
        total=found.total,
        limit=params.limit,
        offset=params.offset,
        next_cursor=end and write_cursor(end, params.sort, descending=params.descending),
    )


@router.get(
    "/jobs/{job_id}",
    summary="Show a job",
    responses=shown({**JOB, "tasks": [TASK], "plan": {}}) | UNKNOWN,
)
def read_job(service: ServiceDep, job_id: JobId) -> JobDetail:
    """Return a job with its tasks, attempts and plan."""
    return get_job(service.database, job_id)


@router.get(
    "/jobs/{job_id}/tasks",
    summary="Show a job's tasks",
    responses=shown({"job_id": JOB["job_id"], "tasks": [TASK]}) | UNKNOWN,
)
def read_tasks(service: ServiceDep, job_id: JobId) -> TaskPage:
    """Return a job's tasks with their attempts, in the order they run."""
    return TaskPage(job_id=job_id, tasks=get_job(service.database, job_id).tasks)


@router.post(
    "/jobs/{job_id}/cancel",
    summary="Cancel a job",
    responses=UNKNOWN | DENIED,
    dependencies=[needs(Scope.CONTROL)],
)
def cancel_job(service: ServiceDep, job_id: JobId, by: By) -> CancelAnswer:
    """End a job. One that has ended already stays as it is."""
    state = control.cancel(service.database, job_id, by=by)
    return CancelAnswer(job_id=job_id, state=JobState(state))


@router.post(
    "/jobs/{job_id}/retry",
    summary="Retry a job",
    responses=UNKNOWN | CONFLICT | DENIED,
    dependencies=[needs(Scope.CONTROL)],
)
def retry_job(
    service: ServiceDep, job_id: JobId, by: By, wanted: RetryRequest | None = None
) -> RetryAnswer:
    """Queue a failed job again, from the task that failed.

    What succeeded is kept, and so are old attempts; all after the failed task is queued with it.
    """
    wish = RetryWish(**wanted.model_dump()) if wanted else RetryWish()
    done = retry(service.database, service.queue, job_id, wish, by=by)
    return RetryAnswer(job_id=job_id, run=done.run, new=done.new, job_url=service.job_url(job_id))
