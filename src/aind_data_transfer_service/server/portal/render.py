"""Turns templates into pages. Every value is escaped."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse
from starlette.types import Scope

from ... import __version__
from ...domain.states import FINISHED_JOB_STATES, FINISHED_TASK_STATES, JobState
from ...errors import TransferError
from ..identify import current_visitor
from . import formats, overview


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "size": formats.size,
        "duration": formats.duration,
        "about": formats.about,
        "prose": formats.prose,
        "utc": formats.utc,
    }
    environment.globals |= {
        "version": __version__,
        "job_states": tuple(JobState),
        "seconds": overview.seconds,
        "finished_job_states": FINISHED_JOB_STATES,
        "finished_task_states": FINISHED_TASK_STATES,
    }
    return environment


_ENVIRONMENT = _environment()


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page made from a template."""
    html = _ENVIRONMENT.get_template(template).render(visitor=current_visitor.get(), **values)
    return HTMLResponse(html, status_code=status)


def error_page(scope: Scope, status: int, error: TransferError) -> HTMLResponse:
    """Return the page that says what went wrong and what to do."""
    return page(
        "error.html",
        status=status,
        error=error,
        sign_in=status == HTTPStatus.UNAUTHORIZED,
        heading=_HEADINGS.get(status, HTTPStatus(status).phrase),
        request_id=scope["state"]["request_id"],
    )


_HEADINGS = {
    401: "Please sign in",
    403: "Not allowed",
    404: "Not found",
    406: "That cannot be shown",
    409: "Not possible now",
    500: "Something went wrong",
    503: "Not available right now",
}
