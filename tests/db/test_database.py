"""Connections, transactions and migrations, on each kind of database."""

import asyncio
import logging
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Event

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from aind_data_transfer_service.db import database as database_module
from aind_data_transfer_service.db.database import Database, DatabaseUnavailable, driver_url
from aind_data_transfer_service.db.models import Base, Submission, UtcTime
from aind_data_transfer_service.db.revisions import MIGRATIONS, newest_revision, revision_of
from aind_data_transfer_service.engine.ledger import Ledger


class Noticed(logging.Filter):
    """Sets an event when something is logged."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self._event = event

    def filter(self, _record: logging.LogRecord) -> bool:
        self._event.set()
        return True


def submission(name: str) -> Submission:
    return Submission(id=name, created_at=datetime.now(UTC), user_email=None, client=None)


def names(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(text("SELECT id FROM submissions")))


class TestTransactions:
    def test_what_is_written_is_there(self, database: Database) -> None:
        with database.write() as session:
            session.add(submission("a"))
        assert names(database) == {"a"}

    def test_what_fails_leaves_nothing(self, database: Database) -> None:
        def write() -> None:
            with database.write() as session:
                session.add(submission("a"))
                session.flush()
                raise KeyError

        with pytest.raises(KeyError):
            write()
        assert names(database) == set()

    def test_a_reader_changes_nothing(self, database: Database) -> None:
        with database.read() as session:
            session.add(submission("a"))
            session.flush()
        assert names(database) == set()

    def test_a_reader_does_not_wait_for_a_writer(self, database: Database) -> None:
        with database.write() as session:
            session.add(submission("a"))
            session.flush()
            assert names(database) == set()
        assert names(database) == {"a"}

    def test_broken_rules_are_told_apart_from_a_database_that_is_away(
        self, database: Database
    ) -> None:
        with database.write() as session:
            session.add(submission("a"))
        with pytest.raises(IntegrityError), database.write() as session:
            session.add(submission("a"))


class TestAway:
    @pytest.mark.parametrize(
        "url", ["postgresql://nobody:hunter2@127.0.0.1:1/none", "sqlite:////nowhere/at/all.db"]
    )
    def test_it_does_not_answer(self, url: str) -> None:
        database = Database(url)
        for look in (database.read, database.write):
            with pytest.raises(DatabaseUnavailable) as raised, look() as session:
                session.execute(text("SELECT 1"))
            assert "hunter2" not in str(raised.value)
            assert raised.value.retryable

    def test_all_connections_are_in_use(self, database: Database) -> None:
        with pytest.raises(DatabaseUnavailable), database.write():
            raise PoolTimeout("QueuePool limit reached")

    def test_it_is_locked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(database_module, "_BUSY_TIMEOUT_SECONDS", 0.05)
        first, second = (Database(f"sqlite:///{tmp_path / 'x.db'}") for _ in range(2))
        with first.write() as session:
            session.execute(text("CREATE TABLE x (a INTEGER)"))
            with pytest.raises(DatabaseUnavailable, match="locked"), second.write() as waiting:
                waiting.execute(text("SELECT 1"))
        with second.write() as session:
            session.execute(text("INSERT INTO x VALUES (1)"))
        first.close()
        second.close()

    def test_a_writer_waits_for_another_to_end(
        self,
        migrated: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(database_module, "_BUSY_TIMEOUT_SECONDS", 0.05)
        path = tmp_path / "x.db"
        shutil.copy(migrated, path)
        database = Database(f"sqlite:///{path}")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        refused = Event()
        caplog.handler.addFilter(Noticed(refused))

        async def write() -> None:
            ledger = Ledger(database)
            writing = asyncio.create_task(ledger.write(lambda s: s.add(submission("a"))))
            await asyncio.to_thread(refused.wait, 60)
            other.execute("COMMIT")
            await writing
            ledger.close()

        asyncio.run(write())
        assert refused.is_set()
        assert names(database) == {"a"}
        database.close()
        other.close()


def alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _is_for(item: object, dialect: str) -> bool:
    condition = getattr(item, "_ddl_if", None)
    return condition is None or condition.dialect == dialect


class TestMigrations:
    def test_the_tables_are_those_of_the_models(self, empty: Database) -> None:
        empty.migrate()
        with empty.engine.connect() as connection:
            kind = connection.dialect.name
            context = MigrationContext.configure(
                connection,
                opts={
                    # Alembic does not look at `ddl_if` itself.
                    "include_object": lambda item, *_: _is_for(item, kind),
                    "version_table": "schema_version",
                    "compare_type": True,
                    "compare_server_default": True,
                },
            )
            assert compare_metadata(context, Base.metadata) == []

    def test_they_can_be_repeated(self, empty: Database) -> None:
        empty.migrate()
        with empty.write() as session:
            session.add(submission("a"))
        empty.migrate()
        assert names(empty) == {"a"}

    def test_the_last_one_is_known_without_alembic(self, empty: Database) -> None:
        empty.migrate()
        with empty.engine.begin() as connection:
            script = ScriptDirectory.from_config(alembic(connection))
            assert revision_of(connection) == newest_revision() == script.get_current_head()
            command.downgrade(alembic(connection), "base")
            assert revision_of(connection) is None

    def test_they_can_be_taken_back(self, empty: Database) -> None:
        empty.migrate()
        with empty.engine.begin() as connection:
            command.downgrade(alembic(connection), "base")
        with empty.engine.connect() as connection:
            assert set(inspect(connection).get_table_names()) <= {"schema_version"}
        empty.migrate()
        assert names(empty) == set()


class TestUtcTime:
    @given(
        st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)),  # noqa: DTZ001 - gets one below
        st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
    def test_a_time_comes_back_as_the_same_moment_in_utc(
        self, moment: datetime, zone: timezone
    ) -> None:
        given = moment.replace(tzinfo=zone)
        kind = UtcTime()
        for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call] # theirs
            stored = kind.process_bind_param(given, dialect)
            assert stored is not None
            for kept in (stored, stored.replace(tzinfo=None)):  # SQLite keeps no zone
                found = kind.process_result_value(kept, dialect)
                assert found == given
                assert found.tzinfo is UTC

    def test_a_time_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no time zone"):
            UtcTime().process_bind_param(datetime(2024, 1, 1), sqlite.dialect())  # noqa: DTZ001

    def test_none_stays_none(self) -> None:
        kind = UtcTime()
        assert kind.process_bind_param(None, sqlite.dialect()) is None
        assert kind.process_result_value(None, sqlite.dialect()) is None

    def test_it_sorts_by_the_moment(self, database: Database) -> None:
        zone = timezone(timedelta(hours=-8))
        early, late = datetime(2024, 1, 1, 23, tzinfo=UTC), datetime(2024, 1, 1, 22, tzinfo=zone)
        with database.write() as session:
            for name, moment in (("late", late), ("early", early)):
                session.add(Submission(id=name, created_at=moment, user_email=None, client=None))
        with database.read() as session:
            found = list(session.scalars(text("SELECT id FROM submissions ORDER BY created_at")))
        assert found == ["early", "late"]


def test_the_driver_is_ours_and_the_password_stays() -> None:
    url = driver_url("postgresql://me:p%40ss@db/x")
    assert url == "postgresql+psycopg://me:p%40ss@db/x"
    assert create_engine(url).url.password == "p@ss"
