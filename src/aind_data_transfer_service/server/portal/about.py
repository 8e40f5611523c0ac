"""How the service is: versions, workers, and all that it depends on."""

import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ...engine.services.workers import count_programs, list_workers
from ...errors import TransferError
from ..health import look
from ..service import Service, ServiceDep
from .render import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_PACKAGES = ("dbos", "fastapi", "sqlalchemy", "obstore", "pydantic")


@dataclass(frozen=True, slots=True)
class Part:
    """Something the service depends on."""

    title: str
    text: str
    problem: str | None = None
    """None: nothing is known to be wrong."""
    is_checked: bool = True
    """Whether it was looked at just now."""


@router.get("/about")
def show_about(service: ServiceDep) -> HTMLResponse:
    """Say how the service is; raises `DatabaseUnavailable`."""
    return page(
        "about.html",
        health=look(service),
        workers=list_workers(service.database, service.settings.worker.lease),
        parts=[
            *_storage(service),
            *_executors(service),
            _presets(service),
            _projects(service),
            _mail(service),
        ],
        python=platform.python_version(),
        packages={name: version(name) for name in _PACKAGES},
    )


def _storage(service: Service) -> list[Part]:
    settings = service.settings
    kind = "SQLite" if service.database.is_sqlite else "PostgreSQL"
    buckets = [_bucket(alias, url) for alias, url in settings.bucket_urls.items()]
    folders = (("Staging", settings.staging_root), ("Logs", settings.work_root))
    return [
        Part("Database", kind),
        *buckets,
        *(_folder(title, path) for title, path in folders),
    ]


def _bucket(alias: str, url: str) -> Part:
    """Look at a folder; buckets elsewhere are reached by workers only."""
    title, parts = f"Bucket {alias}", urlsplit(url)
    if parts.scheme != "file":
        return Part(title, url, is_checked=False)
    missing = None if Path(unquote(parts.path)).is_dir() else "It is not there."
    return Part(title, url, missing)


def _folder(title: str, path: Path) -> Part:
    try:
        space = shutil.disk_usage(path)
    except FileNotFoundError:
        return Part(title, str(path), "It is not there yet, or not seen from the web server.")
    share = 100 * space.free / space.total
    problem = f"Only {share:.0f} % is free." if share < 5 else None  # noqa: PLR2004 - per cent
    return Part(title, f"{path}, {space.free / 1e9:,.1f} GB free ({share:.0f} %)", problem)


def _executors(service: Service) -> list[Part]:
    """Tell how many programs each executor has started and not seen ended."""
    busy = count_programs(service.database)
    local, slurm = service.settings.local, service.settings.slurm
    limits = f"{local.cpus or 'all'} processors, {local.memory_mb or 'most'} MB of memory"
    parts = [Part("Programs on the workers", f"{busy.get('local', 0)} at work; {limits}")]
    if slurm.is_there:
        parts.append(
            Part("Slurm", f"{busy.get('slurm', 0)} at work; {slurm.url}", is_checked=False)
        )
    return parts


def _presets(service: Service) -> Part:
    where = f"{service.settings.presets.store}, "
    try:
        snapshot = service.lookups.snapshot()
    except TransferError as problem:
        return Part("Job parameters", where + "never read", problem.message)
    count = f"{len(snapshot.presets)} read {snapshot.as_of:%Y-%m-%d %H:%M} UTC"
    broken = f"{len(snapshot.problems)} cannot be used." if snapshot.problems else None
    return Part("Job parameters", where + count, snapshot.stale_reason or broken)


def _projects(service: Service) -> Part:
    try:
        known = service.lookups.project_names()
    except TransferError as problem:
        return Part("Project names", "never read", problem.message)
    count = "any name" if known.names is None else f"{len(known.names)} names"
    return Part(
        "Project names", f"{count}, read {known.as_of:%Y-%m-%d %H:%M} UTC", known.stale_reason
    )


def _mail(service: Service) -> Part:
    mail = service.settings.mail
    where = f"{mail.host}:{mail.port}" if mail.mode == "smtp" else mail.mode
    return Part("Mail", where, is_checked=False)
