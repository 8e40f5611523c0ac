"""The whole service: the web server in this process, the worker in a child."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import typer

from ...db.database import Database
from ...engine.services.programs import end_local_programs
from ...settings import Settings
from .secret_key import with_kept_key
from .start import load_and_log, make_bucket_folders, open_database
from .supervisor import Supervisor
from .web import WebServer, listen

READY = "aind-data-transfer is ready at "
"""Begins the line that tells the address."""

_WORKER_ENDS_WITHIN_SECONDS = 20.0


def run_everything(config: Path | None, given: Mapping[str, Any], *, with_worker: bool) -> None:
    """Serve and work until SIGINT or SIGTERM; nothing is left running then."""
    settings = load_and_log(config, given)
    with listen(settings.host, settings.port) as listener:
        given = {**given, "port": listener.getsockname()[1]}
        settings = with_kept_key(settings.model_copy(update={"port": given["port"]}))
        make_bucket_folders(settings)
        with open_database(settings) as database:
            web = WebServer(
                settings,
                database,
                listener,
                on_ready=lambda: _say_ready(settings),
            )
            with _worker(config, given, database) if with_worker else nullcontext():
                web.run()


@contextmanager
def _worker(config: Path | None, given: Mapping[str, Any], database: Database) -> Iterator[None]:
    supervisor = Supervisor(_worker_command(config, given))
    try:
        yield
    finally:
        supervisor.stop(within=_WORKER_ENDS_WITHIN_SECONDS)
        # What a worker that died, or was killed just now, left behind.
        end_local_programs(database)


def _worker_command(config: Path | None, given: Mapping[str, Any]) -> list[str]:
    """Return the child's command; with our environment, it comes to the same settings."""
    return [
        *(sys.executable, "-m", "aind_data_transfer_service.cli", "worker", "--end-programs"),
        *("--parent", str(os.getpid()), "--given", json.dumps(given)),
        *(("--config", str(config.absolute())) if config else ()),
    ]


def _say_ready(settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    typer.echo(f"{READY}http://{host}:{settings.port}")
    sys.stdout.flush()
