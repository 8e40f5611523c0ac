"""Whether the service works."""

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from .. import __version__
from ..db.database import DatabaseUnavailable
from ..domain.states import JobState
from ..engine.repositories import Jobs, Workers
from .service import Service, ServiceDep

router = APIRouter(tags=["service"])


class Health(BaseModel):
    """How the service is."""

    status: Literal["ok", "unavailable"]
    version: str
    database: Literal["ok", "unavailable"]
    queued: int | None
    """Jobs that wait for a worker."""
    running: int | None
    """Jobs under way."""
    workers: int | None
    """Workers that have renewed their lease in time."""
    detail: str | None = None


@router.get(
    "/health",
    summary="Whether the service works",
    response_model=Health,
    responses={503: {"model": Health, "description": "The database does not answer"}},
)
def read_health(service: ServiceDep) -> JSONResponse:
    """Say how the service is: 200 if it can take jobs, else 503."""
    try:
        health, status = look(service), 200
    except DatabaseUnavailable as problem:
        health = Health(
            status="unavailable",
            version=__version__,
            database="unavailable",
            queued=None,
            running=None,
            workers=None,
            detail=problem.message,
        )
        status = 503
    return JSONResponse(health.model_dump(), status_code=status)


def look(service: Service) -> Health:
    """Return how the service is; raises `DatabaseUnavailable`."""
    oldest = datetime.now(UTC) - service.settings.worker.lease
    with service.database.read() as session:
        jobs = Jobs(session)
        return Health(
            status="ok",
            version=__version__,
            database="ok",
            queued=jobs.count(JobState.QUEUED),
            running=jobs.count(JobState.RUNNING),
            workers=sum(
                worker.ended_at is None and worker.renewed_at >= oldest
                for worker in Workers(session).not_taken_over()
            ),
        )
