"""What the buttons of the pages do."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from ...engine.services import control
from ...engine.services.retry import retry
from ...identity.scopes import Scope
from ..access import needs
from ..service import By, ServiceDep

router = APIRouter(include_in_schema=False)


@router.post("/jobs/{job_id}/cancel", dependencies=[needs(Scope.CONTROL)])
def cancel_job(service: ServiceDep, job_id: str, by: By) -> RedirectResponse:
    """Cancel a job and show it."""
    control.cancel(service.database, job_id, by=by)
    return _to_job(job_id)


@router.post("/jobs/{job_id}/retry", dependencies=[needs(Scope.CONTROL)])
def retry_job(service: ServiceDep, job_id: str, by: By) -> RedirectResponse:
    """Queue a failed job again and show it."""
    retry(service.database, service.queue, job_id, by=by)
    return _to_job(job_id)


def _to_job(job_id: str) -> RedirectResponse:
    return RedirectResponse(f"/jobs/{job_id}", status_code=303)
