"""Lists jobs, tasks and logs as Airflow's answers were passed on."""

from datetime import datetime
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel

from ...domain.pipeline import PIPELINE
from ...engine.services.logs import read_log
from ...engine.services.views import JobView, TaskView, get_job
from ...errors import NotFound
from ..service import ServiceDep
from .address import without_nul
from .answers import JOBS, LOGS, TASKS, answer, not_there
from .examples import JOBS_ANSWERS, LOGS_ANSWERS, TASKS_ANSWERS
from .job_list import JobListAnswer, write_job_list
from .queries import JobListParameters, LogParameters, TaskListParameters

router = APIRouter(tags=["V1"], deprecated=True, dependencies=[Depends(without_nul)])


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


@router.get(JOBS, summary="List jobs", response_model=JobListAnswer, responses=JOBS_ANSWERS)
def get_job_status_list(
    service: ServiceDep, params: Annotated[JobListParameters, Query()]
) -> Response:
    """List jobs by time of submission: one page if `page_limit` is given, else all."""
    parts = write_job_list(service.database, params)
    first = next(parts)  # if the database is away, it is said now
    return StreamingResponse(chain((first,), parts), media_type="application/json")


@router.get(
    TASKS,
    summary="List the tasks of a job",
    response_model=TaskListAnswer,
    responses=TASKS_ANSWERS,
)
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


@router.get(
    LOGS,
    summary="Return the log of one attempt at a task",
    responses=LOGS_ANSWERS,
)
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


def _task_status(job: JobView, task: TaskView) -> TaskStatus:
    ended = task.ended_at
    return TaskStatus(
        dag_id=job.dag_id,
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
