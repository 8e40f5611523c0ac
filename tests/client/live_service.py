"""The real web server on a free port of this machine, without a worker."""

import shutil
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from aind_data_transfer_service.cli.service.web import listen
from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.engine import durable
from aind_data_transfer_service.engine.durable import JobQueue
from aind_data_transfer_service.server.app import create_app
from aind_data_transfer_service.settings import Settings

from ..server.factories import Jobsite


@dataclass(frozen=True, slots=True)
class LiveService:
    """Where it listens, and its jobs."""

    url: str
    jobs: Jobsite


class _Server(uvicorn.Server):
    def __init__(self, app: FastAPI, ready: threading.Event) -> None:
        super().__init__(uvicorn.Config(app, log_config=None))
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()


def make_database(folder: Path) -> Path:
    """Make a database with all its tables, to copy: making them takes longer than most tests."""
    database = Database(f"sqlite:///{folder / 'state.db'}")
    database.migrate()
    durable.migrate(database)
    database.close()
    with closing(sqlite3.connect(folder / "state.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "whole.db"),))
    return folder / "whole.db"


@contextmanager
def live_service(home: Path, empty_database: Path) -> Iterator[LiveService]:
    """Run the server until the context ends."""
    home.mkdir()
    shutil.copy(empty_database, home / "state.db")
    settings = Settings(home=home, path_checks="off", project_names=("Ephys Platform",))
    database = Database(settings.database)
    queue = JobQueue(database)
    ready = threading.Event()
    with listen("127.0.0.1", 0) as listener:
        server = _Server(create_app(settings, database, queue), ready)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        ready.wait()
        try:
            yield LiveService(
                f"http://127.0.0.1:{listener.getsockname()[1]}", Jobsite(database, queue, home)
            )
        finally:
            server.should_exit = True
            thread.join()
            queue.close()
            database.close()
