"""Lists jobs, tasks and logs as Airflow's answers were passed on."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from ...db.database import Database
from ...domain.pipeline import PIPELINE
from ...engine.repositories import JobFilter
from ...engine.services.logs import read_log
from ...engine.services.views import JobView, TaskView, get_job, list_jobs
from ...errors import NotFound
from ..service import ServiceDep
from .answers import DAG_ID, JOBS, LOGS, TASKS, answer, not_there
from .parameters import JobListParameters, LogParameters, TaskListParameters

router = APIRouter(tags=["V1"])

_AT_ONCE = 2000
"""Jobs read from the database in one go."""


class JobStatus(BaseModel):
    """One job."""

    dag_id: str
    end_time: datetime | None
    job_id: str
    job_state: str
    name: str
    """The asset's name."""
    job_type: str
    comment: str | None
    """Why it failed."""
    start_time: datetime | None
    submit_time: datetime


class JobList(BaseModel):
    """Jobs, and how many match whatever the page."""

    params: dict[str, Any]
    total_entries: int
    job_status_list: list[JobStatus]


class JobListAnswer(BaseModel):
    """The answer to `get_job_status_list`."""

    message: str = "Retrieved job status list from airflow"
    data: JobList


class TaskStatus(BaseModel):
    """One task, or one element of a mapped task."""

    dag_id: str
    job_id: str
    task_id: str
    try_number: int
    task_state: str
    priority_weight: int
    """Highest for the first task."""
    map_index: int
    submit_time: datetime
    start_time: datetime | None
    end_time: datetime | None
    duration: float | None
    """Seconds."""
    comment: str | None
    """Why it failed, was skipped or waits."""


class TaskList(BaseModel):
    """All tasks of a job in the order they run."""

    params: dict[str, Any]
    total_entries: int
    job_tasks_list: list[TaskStatus]


class TaskListAnswer(BaseModel):
    """The answer to `get_tasks_list`."""

    message: str = "Retrieved job tasks list from airflow"
    data: TaskList


@router.get(JOBS, summary="List jobs", response_model=JobListAnswer)
def get_job_status_list(
    service: ServiceDep, params: Annotated[JobListParameters, Query()]
) -> Response:
    """List jobs by time of submission: one page if `page_limit` is given, else all."""
    jobs, total = _jobs(service.database, params) if DAG_ID in params.dag_ids else ([], 0)
    data = JobList(params=_echo(params), total_entries=total, job_status_list=jobs)
    return _json(JobListAnswer(data=data))


@router.get(TASKS, summary="List the tasks of a job", response_model=TaskListAnswer)
def get_tasks_list(service: ServiceDep, params: Annotated[TaskListParameters, Query()]) -> Response:
    """List a job's tasks in the order they run."""
    try:
        job = get_job(service.database, params.dag_run_id)
    except NotFound as unknown:
        message = "Error retrieving job tasks list from airflow"
        return not_there(message, _echo(params), unknown)
    tasks = [_task_status(job, task) for task in job.tasks]
    data = TaskList(params=_echo(params), total_entries=len(tasks), job_tasks_list=tasks)
    return _json(TaskListAnswer(data=data))


@router.get(LOGS, summary="Return the log of one attempt at a task")
def get_task_logs(service: ServiceDep, params: Annotated[LogParameters, Query()]) -> JSONResponse:
    """Return the log of one attempt at a task, whole."""
    try:
        logs = read_log(
            service.database,
            params.dag_run_id,
            params.task_id,
            map_index=params.map_index,
            try_number=params.try_number,
        )
    except NotFound as unknown:
        return not_there("Error retrieving task logs from airflow", _echo(params), unknown)
    data = {"params": _echo(params), "logs": logs}
    return answer("Retrieved task logs from airflow", data)


def _jobs(database: Database, params: JobListParameters) -> tuple[list[JobStatus], int]:
    """Return the jobs asked for, read in pages, and how many match whatever the page."""
    # Jobs that come in meanwhile would move the pages.
    until = params.execution_date_lte or datetime.now(UTC)
    found: list[JobStatus] = []
    while True:
        missing = None if params.page_limit is None else params.page_limit - len(found)
        wanted = JobFilter(
            states=params.states or None,
            created_from=params.execution_date_gte,
            created_to=until,
            newest_first=params.order_by == "-execution_date",
            limit=_AT_ONCE if missing is None else min(missing, _AT_ONCE),
            offset=params.page_offset + len(found),
        )
        page, total = list_jobs(database, wanted)
        found += map(_job_status, page)
        if not page or len(found) == params.page_limit or wanted.offset + len(page) >= total:
            return found, total


def _job_status(job: JobView) -> JobStatus:
    return JobStatus(
        dag_id=DAG_ID,
        end_time=job.ended_at,
        job_id=job.job_id,
        job_state=job.state,
        name=job.asset_name,
        job_type=job.job_type,
        comment=_message(job.error),
        start_time=job.started_at,
        submit_time=job.created_at,
    )


def _task_status(job: JobView, task: TaskView) -> TaskStatus:
    ended = task.ended_at
    return TaskStatus(
        dag_id=DAG_ID,
        job_id=job.job_id,
        task_id=task.task_id,
        try_number=task.try_number,
        task_state=task.state,
        priority_weight=len(PIPELINE) - task.position,
        map_index=task.map_index,
        submit_time=job.created_at,
        start_time=task.started_at,
        end_time=ended,
        duration=(ended - task.started_at).total_seconds() if ended and task.started_at else None,
        comment=_message(task.error) or task.note,
    )


def _message(error: dict[str, Any] | None) -> str | None:
    return str(error["message"]) if error else None


def _echo(params: BaseModel) -> dict[str, Any]:
    return params.model_dump(mode="json", exclude_none=True)


def _json(content: BaseModel) -> Response:
    return Response(content.model_dump_json(), media_type="application/json")
