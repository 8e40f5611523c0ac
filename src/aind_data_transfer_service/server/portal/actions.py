"""What the buttons of the pages do."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from ...engine.services import control
from ...engine.services.retry import RetryWish, retry
from ...identity.scopes import Scope
from ..access import FORM_KEY_FIELD, needs
from ..service import By, ServiceDep
from .confirm import require_confirmed

router = APIRouter(include_in_schema=False)


class RetryForm(BaseModel):
    """What to try again, and which run failed: sent twice, it is done once."""

    task_id: str | None = None
    map_index: int | None = None
    run: int | None = None
    form_key: str = Field(default="", alias=FORM_KEY_FIELD)


@router.post("/jobs/{job_id}/cancel", dependencies=[needs(Scope.CONTROL)])
def cancel_job(
    service: ServiceDep, job_id: str, by: By, confirm: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Cancel a job and show it."""
    require_confirmed(confirm)
    control.cancel(service.database, job_id, by=by)
    return _to_job(job_id)


@router.post("/jobs/{job_id}/retry", dependencies=[needs(Scope.CONTROL)])
def retry_job(
    service: ServiceDep, job_id: str, by: By, form: Annotated[RetryForm, Form()]
) -> RedirectResponse:
    """Queue a failed job again and show it."""
    wish = RetryWish(form.task_id, form.map_index, form.run)
    retry(service.database, service.queue, job_id, wish, by=by)
    return _to_job(job_id)


def _to_job(job_id: str) -> RedirectResponse:
    return RedirectResponse(f"/jobs/{job_id}", status_code=303)
