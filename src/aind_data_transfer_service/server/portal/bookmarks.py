"""Addresses of the first service's pages that people have kept; they lead to ours."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse

from ...domain.plan import UNMAPPED

router = APIRouter(include_in_schema=False)

_FIRST_TRY = 1


@router.get("/job_tasks_table")
def to_job(dag_run_id: str | None = None) -> RedirectResponse:
    """Lead to a job, whose page shows its tasks; to the list of jobs if none is named."""
    return RedirectResponse(_job(dag_run_id) if dag_run_id else "/jobs")


@router.get("/task_logs")
def to_log(
    dag_run_id: str | None = None,
    task_id: str | None = None,
    try_number: Annotated[int, Query(ge=0)] = _FIRST_TRY,
    map_index: Annotated[int, Query(ge=UNMAPPED)] = UNMAPPED,
) -> RedirectResponse:
    """Lead to the log of an attempt, or as near to it as the address says."""
    if dag_run_id is None or task_id is None:
        return to_job(dag_run_id)
    attempt = f"{quote(task_id, safe='')}/{map_index}/{try_number}"
    return RedirectResponse(f"{_job(dag_run_id)}/tasks/{attempt}")


@router.get("/admin")
def to_login() -> RedirectResponse:
    """Lead to where one signs in: what only administrators may do stands on each page."""
    return RedirectResponse("/login")


def _job(job_id: str) -> str:
    return f"/jobs/{quote(job_id, safe='')}"
