"""The jobs page, and its list as CSV."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, StreamingResponse

from ...engine.services.search import search_jobs
from ...engine.services.statistics import by_state, choices, count_by_day
from ..api_v2.cursor import write_cursor
from ..health import look
from ..service import ServiceDep
from .chart import chart_of
from .csv_export import as_csv
from .job_list import JobsForm, chart_days
from .render import page

router = APIRouter(include_in_schema=False)

_CHART_DAYS = 30
_MOST_CHART_DAYS = 92
Form = Annotated[JobsForm, Query()]


@router.get("/jobs")
def show_jobs(service: ServiceDep, form: Form) -> HTMLResponse:
    """List jobs, newest first, or as the address says."""
    search = form.wanted()
    # One look at all jobs that match serves the chart, the states and the total.
    counts = count_by_day(service.database, search)
    states = by_state(counts)
    shown = [count for count in counts if count.state in (form.state or states)]
    found = search_jobs(service.database, search, total=sum(count.jobs for count in shown))
    first, last = chart_days(
        form, datetime.now(UTC).date(), default=_CHART_DAYS, most=_MOST_CHART_DAYS
    )
    cursor = found.end and write_cursor(found.end, form.sort, descending=form.descending)
    return page(
        "jobs.html",
        form=form,
        jobs=found.jobs,
        total=found.total,
        older=cursor and form.address(cursor=cursor),
        states=states,
        choices=choices(service.database),
        chart=chart_of(shown, first, last),
        health=look(service),
    )


@router.get("/jobs.csv")
def export_jobs(service: ServiceDep, form: Form) -> StreamingResponse:
    """Send all jobs of the list, however many, as CSV."""
    return StreamingResponse(
        as_csv(service.database, form.wanted()),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="jobs.csv"'},
    )
