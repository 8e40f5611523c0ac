"""What is done to several jobs at once: first shown, then done."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from ...domain.states import FINISHED_JOB_STATES, JobState
from ...engine.services import control
from ...engine.services.retry import RetryWish, retry
from ...engine.services.views import JobDetail, get_job
from ...errors import InvalidInput, TransferError
from ...identity.scopes import Scope
from ..access import FORM_KEY_FIELD, needs
from ..service import By, Service, ServiceDep
from .confirm import require_confirmed
from .render import page

router = APIRouter(include_in_schema=False, dependencies=[needs(Scope.CONTROL)])

_MOST_JOBS = 200


class NothingSelected(InvalidInput):
    """No job was selected."""

    code = "nothing_selected"
    what_to_do_default = "Go back, tick the jobs, and try again."


class Action(StrEnum):
    """What can be done to several jobs."""

    CANCEL = "cancel"
    RETRY = "retry"


class Selection(BaseModel):
    """Some jobs, and what is to be done to them."""

    action: Action
    job: list[str] = Field(default=[], max_length=_MOST_JOBS)

    def require_jobs(self) -> list[str]:
        """Return the ids, each once; raises `NothingSelected`."""
        if not self.job:
            raise NothingSelected("No job is selected.")
        return list(dict.fromkeys(self.job))


class Confirmed(Selection):
    """A selection that was looked at, with the run each job then had."""

    run: list[int] = Field(default=[], max_length=_MOST_JOBS)
    confirm: str = ""
    form_key: str = Field(default="", alias=FORM_KEY_FIELD)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one job."""

    job: JobDetail
    problem: TransferError | None


@router.get("/jobs/selected")
def show_selected(service: ServiceDep, selection: Annotated[Selection, Query()]) -> HTMLResponse:
    """Show which jobs were selected, and ask whether to go on."""
    jobs = [get_job(service.database, job_id) for job_id in selection.require_jobs()]
    fit = [job for job in jobs if _fits(job, selection.action)]
    rest = [job for job in jobs if job not in fit]
    return page("selected.html", action=selection.action, jobs=fit, rest=rest)


@router.post("/jobs/selected")
def act_on_selected(
    service: ServiceDep, chosen: Annotated[Confirmed, Form()], by: By
) -> HTMLResponse:
    """Do it, to each job by itself; those that refuse say why. Sent again, it does nothing new."""
    ids = chosen.require_jobs()
    if chosen.action is Action.CANCEL:
        require_confirmed(chosen.confirm)
    runs = dict(zip(chosen.job, chosen.run, strict=False))
    outcomes = [_act(service, chosen.action, job_id, runs.get(job_id), by) for job_id in ids]
    return page("selected_done.html", action=chosen.action, outcomes=outcomes)


def _fits(job: JobDetail, action: Action) -> bool:
    if action is Action.RETRY:
        return job.state is JobState.FAILED
    return job.state not in FINISHED_JOB_STATES


def _act(service: Service, action: Action, job_id: str, run: int | None, by: str) -> Outcome:
    problem = None
    try:
        if action is Action.CANCEL:
            control.cancel(service.database, job_id, by=by)
        else:
            retry(service.database, service.queue, job_id, RetryWish(run=run), by=by)
    except TransferError as refused:
        problem = refused
    return Outcome(get_job(service.database, job_id), problem)
