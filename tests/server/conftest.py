import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi import FastAPI

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.engine import durable
from aind_data_transfer_service.engine.durable import JobQueue
from aind_data_transfer_service.server.app import create_app
from aind_data_transfer_service.settings import Settings

from ..engine.conftest import new_postgresql
from .factories import Jobsite
from .web_client import WebClient


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all its tables, to copy: making them takes longer than most tests."""
    folder = tmp_path_factory.mktemp("database")
    database = Database(f"sqlite:///{folder / 'state.db'}")
    database.migrate()
    durable.migrate(database)
    database.close()
    with closing(sqlite3.connect(folder / "state.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "whole.db"),))
    return folder / "whole.db"


@pytest.fixture
def kind_of_database(request: pytest.FixtureRequest) -> str:
    """SQLite, or what `ON_BOTH_DATABASES` says."""
    kind: str = getattr(request, "param", "sqlite")
    return kind


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, kind_of_database: str, tmp_path: Path, empty_database: Path
) -> Iterator[str]:
    """The URL of an empty database with all tables."""
    if kind_of_database == "postgresql":
        yield from new_postgresql(request.getfixturevalue("service_url"))
    else:
        (tmp_path / "home").mkdir()
        shutil.copy(empty_database, tmp_path / "home" / "state.db")
        yield f"sqlite:///{tmp_path / 'home' / 'state.db'}"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        home=tmp_path / "home",
        database_url=database_url,
        path_checks="off",
        public_url="http://portal",
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database)
    yield database
    database.close()


@pytest.fixture
def jobsite(database: Database, tmp_path: Path) -> Iterator[Jobsite]:
    queue = JobQueue(database)
    yield Jobsite(database, queue, tmp_path)
    queue.close()


@pytest.fixture
def app(settings: Settings, jobsite: Jobsite) -> FastAPI:
    return create_app(settings, jobsite.database, jobsite.queue)


@pytest.fixture
def web(app: FastAPI) -> WebClient:
    return WebClient(app)
