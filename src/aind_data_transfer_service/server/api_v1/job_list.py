"""The list of jobs in the first service's shape, sent while it is read: it may be long."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from ...db.database import Database
from ...engine.job_search import JobSearch, JobSummary
from ...engine.services.search import count_jobs, summarise_jobs
from .answers import DAG_ID, DAG_ID_V2
from .queries import JobListParameters

_AT_ONCE = 2000
"""Jobs read and sent in one go."""


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


def write_job_list(database: Database, params: JobListParameters) -> Iterator[bytes]:
    """Yield the parts of a `JobListAnswer`. Raises `DatabaseUnavailable`, if so at the first."""
    search = _search(params)
    total = 0 if search is None else count_jobs(database, search)
    echo = params.model_dump(mode="json", exclude_none=True)
    empty = JobListAnswer(data=JobList(params=echo, total_entries=total, job_status_list=[]))
    head, _, tail = empty.model_dump_json().rpartition("]")
    yield head.encode()
    if search is not None:
        between = b""
        for page in summarise_jobs(database, search, params.page_limit, at_once=_AT_ONCE):
            yield between + _items(page)
            between = b","
    yield f"]{tail}".encode()


def _search(params: JobListParameters) -> JobSearch | None:
    """Return what to search for; None if nothing can be found."""
    known = {DAG_ID, DAG_ID_V2}
    wanted = known.intersection(params.dag_ids)
    if not wanted:
        return None
    return JobSearch(
        states=params.states,
        dag_ids=() if wanted == known else sorted(wanted),
        submitted_from=params.execution_date_gte,
        # Jobs that come in meanwhile would not be among those counted.
        submitted_to=params.execution_date_lte or datetime.now(UTC),
        descending=params.order_by == "-execution_date",
        offset=params.page_offset,
    )


def _items(jobs: Sequence[JobSummary]) -> bytes:
    """Write jobs as `JobStatus` does, without the models: there may be 50,000."""
    return to_json(
        [
            {
                "dag_id": job.dag_id,
                "end_time": job.ended_at,
                "job_id": job.id,
                "job_state": job.state,
                "name": job.asset_name,
                "job_type": job.job_type,
                "comment": None if job.error is None else str(job.error["message"]),
                "start_time": job.started_at,
                "submit_time": job.created_at,
            }
            for job in jobs
        ]
    )[1:-1]
