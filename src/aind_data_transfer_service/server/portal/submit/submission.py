"""The page of the jobs that were submitted together."""

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ....domain.states import FINISHED_JOB_STATES, JobState
from ....engine.job_search import JobSearch
from ....engine.services.search import count_jobs, search_jobs
from ...errors import PageUnknown
from ...health import look
from ...service import ServiceDep
from ..render import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_MOST_SHOWN = 100


@router.get("/submissions/{submission_id}")
def show_submission(service: ServiceDep, submission_id: str) -> HTMLResponse:
    """Show how far the jobs of a submission are."""
    all_of_it = JobSearch(submission=submission_id, descending=False, limit=_MOST_SHOWN)
    found = search_jobs(service.database, all_of_it)
    if not found.jobs:
        raise PageUnknown(f"There is no submission {submission_id}.")
    ended = replace(all_of_it, states=sorted(FINISHED_JOB_STATES))
    failed = replace(all_of_it, states=[JobState.FAILED])
    return page(
        "submission.html",
        jobs=found.jobs,
        total=found.total,
        under_way=found.total - count_jobs(service.database, ended),
        failed=count_jobs(service.database, failed),
        health=look(service),
    )
