"""What the handlers work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from ..db.database import Database
from ..engine.durable import JobQueue
from ..intake.validator import Validator
from ..settings import Settings
from .access import VisitorDep
from .lookups import Lookups


@dataclass(frozen=True, slots=True)
class Service:
    """One server's settings and connections."""

    settings: Settings
    database: Database
    queue: JobQueue
    lookups: Lookups
    validator: Validator

    def job_url(self, job_id: str) -> str:
        """Return the address of a job's page."""
        return f"{self.settings.base_url}/jobs/{job_id}"


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _body(request: Request) -> bytes:
    return await request.body()


async def _caller(request: Request, visitor: VisitorDep) -> str:
    return f"{visitor.by} {request.headers.get('user-agent', '')[:200]}".strip()


async def _by(visitor: VisitorDep) -> str:
    return visitor.by


ServiceDep = Annotated[Service, Depends(_service)]
Body = Annotated[bytes, Depends(_body)]
"""The request's body as it came; handlers read it away from the event loop."""
Caller = Annotated[str, Depends(_caller)]
"""Who asks (token and address), and with what program."""
By = Annotated[str, Depends(_by)]
"""Who asks: token and address, or address alone."""
