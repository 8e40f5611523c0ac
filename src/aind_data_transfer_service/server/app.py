"""The FastAPI application."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from .. import __version__
from ..db.database import Database
from ..engine.durable import JobQueue
from ..identity.sessions import Sessions
from ..intake.validator import Validator
from ..settings import Settings
from . import failures, health
from .api_v1 import monitoring, requests
from .api_v1.deprecation import Deprecation
from .api_v2 import (
    cancel,
    jobs,
    logs,
    manifest,
    parameters,
    plan,
    preset_history,
    spreadsheets,
)
from .api_v2 import lookups as words
from .api_v2 import requests as requests_v2
from .envelope import Envelope
from .guard import Guard
from .identify import Identifier
from .lookups import Lookups
from .openapi import complete
from .portal import (
    about,
    actions,
    bookmarks,
    files,
    job,
    presets,
    projects,
    reference,
    selected,
    session,
)
from .portal import jobs as jobs_page
from .portal import logs as log_page
from .portal.submit import routes as submit
from .portal.submit import submission
from .service import Service

_STATIC = Path(__file__).with_name("portal") / "static"

_DESCRIPTION = """\
Uploads recorded sessions from a shared drive to the cloud: compressed, checked byte for byte,
described. Times are UTC. Requests that change something come from the service's
trusted networks, or with a token: `Authorization: Bearer adt_…`."""

_TAGS = [
    {"name": "V1", "description": "What existing scripts use. Its texts and shapes do not change."},
    {
        "name": "V2",
        "description": "Jobs, tasks and logs. Refusals are problem details (RFC 9457) with a stable"
        " `code` and what to do.",
    },
    {"name": "service", "description": "The service itself."},
]


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Return the description of the API."""
        if self.openapi_schema is None:
            self.openapi_schema = complete(super().openapi())
        return self.openapi_schema


def create_app(settings: Settings, database: Database, queue: JobQueue) -> FastAPI:
    """Return the server's application; the database's tables are there already."""
    lookups = Lookups(settings, database)
    validator = Validator()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        lookups.start()
        yield
        lookups.close()
        validator.close()

    app = _Api(
        title="AIND data transfer service",
        summary="From the shared drive to the cloud, whole and verified.",
        description=_DESCRIPTION,
        version=__version__,
        openapi_tags=_TAGS,
        docs_url=None,  # the stock pages load their scripts from other hosts
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.service = Service(
        settings=settings,
        database=database,
        queue=queue,
        lookups=lookups,
        validator=validator,
    )
    identifier = Identifier(settings, database, Sessions(_secret_key(settings)))
    app.state.identifier = identifier
    for module in (
        requests,
        monitoring,
        requests_v2,
        plan,
        jobs,
        logs,
        manifest,
        cancel,
        words,
        preset_history,
        parameters,
        spreadsheets,
        health,
        submit,
        submission,
        jobs_page,
        selected,
        job,
        presets,
        projects,
        about,
        log_page,
        files,
        actions,
        reference,
        session,
        bookmarks,
    ):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    failures.install(app)
    # The one added last is outermost.
    app.add_middleware(
        Guard,
        identifier=identifier,
        own_url=settings.base_url,
        reading_needs_token=settings.reading_needs_token,
    )
    app.add_middleware(Envelope)
    app.add_middleware(Deprecation)
    return app


def _secret_key(settings: Settings) -> str:
    """Return the key of the settings, else one that lasts until this process ends."""
    if settings.secret_key is None:
        return secrets.token_urlsafe(32)
    return settings.secret_key.get_secret_value()
