"""Connections to the database: SQLite on one machine, PostgreSQL for more."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from ..errors import Unavailable
from .revisions import newest_revision, revision_of

_BUSY_TIMEOUT_SECONDS = 15


class DatabaseUnavailable(Unavailable):
    """The database does not answer, or is locked by somebody else."""

    code = "database_unavailable"


def driver_url(url: str) -> str:
    """Return the URL with the driver this package uses."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


class Database:
    """One database, with a pool of connections; may be used from any thread."""

    def __init__(self, url: str) -> None:
        self.url = driver_url(url)
        self.is_sqlite = self.url.startswith("sqlite")
        if self.is_sqlite:
            self.engine = create_engine(
                self.url, connect_args={"timeout": _BUSY_TIMEOUT_SECONDS}, pool_size=10
            )
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self.engine = create_engine(self.url, pool_pre_ping=True, pool_size=10, max_overflow=20)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that changes something: all of it is kept, or nothing.

        Raises `DatabaseUnavailable` when the database does not answer or stays locked.
        """
        with _coded_faults(), self._sessions.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent look. Raises `DatabaseUnavailable`."""
        with _coded_faults(), self._sessions() as session:
            session.connection(execution_options={"read_only": True})
            yield session

    def migrate(self) -> None:
        """Bring the tables to this version's state."""
        if self.is_sqlite:
            Path(make_url(self.url).database or "").parent.mkdir(parents=True, exist_ok=True)
        with _coded_faults(), self.engine.begin() as connection:
            if not self.is_sqlite:  # two processes may start at once
                connection.execute(text("SELECT pg_advisory_xact_lock(7190116)"))
            if revision_of(connection) != newest_revision():
                from .upgrade import upgrade  # slow to load, and rarely needed

                upgrade(connection)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def _coded_faults() -> Iterator[None]:
    try:
        yield
    except OperationalError as problem:
        raise DatabaseUnavailable(f"The database does not answer: {problem.orig}") from problem
    except DBAPIError as problem:
        if problem.connection_invalidated:
            raise DatabaseUnavailable(f"The database went away: {problem.orig}") from problem
        raise
    except PoolTimeout as problem:
        raise DatabaseUnavailable(f"The database is too busy: {problem}") from problem


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A transaction that first reads and later writes would fail at once if another wrote between;
    # one that says so at the start waits its turn.
    reads = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
