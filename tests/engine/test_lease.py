"""Who may carry jobs through, and when others take over."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from aind_data_transfer_service.db.database import Database, DatabaseUnavailable
from aind_data_transfer_service.db.models import WorkerRow
from aind_data_transfer_service.engine.lease import Lease
from aind_data_transfer_service.engine.repositories import Workers
from aind_data_transfer_service.processes import process_identity
from aind_data_transfer_service.testing.tcp_proxy import TcpProxy

LEASE, GRACE = timedelta(hours=1), timedelta(minutes=10)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@contextmanager
def lease(
    database: Database, period: timedelta = LEASE, on_lost: Callable[[], None] = lambda: None
) -> Iterator[Lease]:
    held = Lease(database, lease=period, grace=GRACE, pid=os.getpid(), on_lost=on_lost)
    yield held
    held.end()


def change(database: Database, worker_id: str, **values: object) -> None:
    with database.write() as session:
        row = Workers(session).get(worker_id)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)


def row(database: Database, worker_id: str) -> WorkerRow:
    with database.read() as session:
        found = Workers(session).get(worker_id)
    assert found is not None
    return found


class TestTakingOver:
    def test_a_worker_that_renews_its_lease_is_left_alone(self, database: Database) -> None:
        with lease(database) as one, lease(database) as other:
            assert one.worker_id != other.worker_id
            assert one.gone() == []
            assert other.gone() == []

    @pytest.mark.parametrize(
        ("age", "gone"),
        [(timedelta(0), False), (LEASE, False), (LEASE + GRACE + timedelta(minutes=1), True)],
    )
    def test_others_wait_for_lease_and_grace(
        self, database: Database, age: timedelta, gone: bool
    ) -> None:
        with lease(database) as one, lease(database) as other:
            change(database, other.worker_id, host="elsewhere", renewed_at=datetime.now(UTC) - age)
            assert one.gone() == ([other.worker_id] if gone else [])

    def test_a_worker_that_stopped_by_itself_is_gone_at_once(self, database: Database) -> None:
        with lease(database) as one:
            with lease(database) as other:
                pass
            assert one.gone() == [other.worker_id]

    def test_a_dead_process_of_this_machine_is_gone_at_once(self, database: Database) -> None:
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
            identity = process_identity(process.pid)
            process.communicate(b"\n")
        with lease(database) as one, lease(database) as other:
            change(database, other.worker_id, process=identity)
            assert one.gone() == [other.worker_id]
            change(database, other.worker_id, host="elsewhere")
            assert one.gone() == []

    def test_what_was_taken_over_is_not_taken_over_again(self, database: Database) -> None:
        with lease(database) as one:
            with lease(database) as other:
                pass
            one.note_taken_over(other.worker_id)
            assert one.gone() == []


class TestLosing:
    def test_a_renewal_is_noted(self, database: Database) -> None:
        with lease(database) as held:
            long_ago = datetime.now(UTC) - timedelta(days=1)
            change(database, held.worker_id, renewed_at=long_ago)
            assert held._renew()
            assert row(database, held.worker_id).renewed_at > long_ago

    def test_nothing_is_lost_while_all_is_well(self, database: Database) -> None:
        lost = Event()
        with lease(database, timedelta(minutes=5), lost.set):
            assert not lost.wait(0.2)
        assert not lost.is_set()

    def test_a_worker_whose_jobs_others_took_ends_itself(self, database: Database) -> None:
        lost = Event()
        with lease(database) as other, lease(database, timedelta(seconds=3), lost.set) as held:
            other.note_taken_over(held.worker_id)
            assert lost.wait(60)

    @pytest.mark.parametrize("problem", [DatabaseUnavailable("Away."), RuntimeError("Odd.")])
    def test_a_worker_that_cannot_renew_ends_itself(
        self, database: Database, problem: Exception
    ) -> None:
        lost = Event()
        with lease(database, timedelta(seconds=1), lost.set) as held:

            def fail() -> bool:
                raise problem

            held._renew = fail  # type: ignore[method-assign] # the database is away
            assert lost.wait(60)

    def test_a_worker_whose_renewal_hangs_ends_itself(self, database: Database) -> None:
        lost, released = Event(), Event()
        with lease(database, timedelta(seconds=1), lost.set) as held:
            held._renew = lambda: released.wait(60)  # type: ignore[method-assign] # a dead network
            assert lost.wait(60)
            released.set()

    @pytest.mark.service("postgresql")
    def test_a_network_that_swallows_everything(self, service_url: str) -> None:
        from .conftest import new_postgresql

        for url in new_postgresql(service_url):
            with TcpProxy(url) as proxy:
                port = proxy.url.rpartition(":")[2]
                server, _, name = url.rpartition("/")
                database = Database(f"{server.rpartition(':')[0]}:{port}/{name}")
                lost = Event()
                held = Lease(
                    database,
                    lease=timedelta(seconds=1),
                    grace=GRACE,
                    pid=os.getpid(),
                    on_lost=lost.set,
                )
                proxy.hold_after(0)
                assert lost.wait(60)
                proxy.restore()
                held.end()
                database.close()
