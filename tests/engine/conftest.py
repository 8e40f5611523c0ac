"""A database, a queue and a worker of the real engine, in a folder of the test's own."""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from importlib.metadata import version
from ipaddress import ip_network
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from aind_data_transfer_service.db import database as database_module
from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.domain.states import FINISHED_JOB_STATES
from aind_data_transfer_service.engine import durable
from aind_data_transfer_service.engine.services import submit, views
from aind_data_transfer_service.engine.worker import Worker
from aind_data_transfer_service.notify.couriers import Couriers
from aind_data_transfer_service.notify.hooks.http import HttpHookPoster
from aind_data_transfer_service.ports.executor import Executor
from aind_data_transfer_service.ports.mailer import Mailer
from aind_data_transfer_service.settings import HookSettings, Settings
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

from .worker_process import quick_settings

_PATIENCE_SECONDS = 60


@dataclass
class MailBox:
    """A mailer that keeps what it is given."""

    messages: list[EmailMessage] = field(default_factory=list)

    def send(self, message: EmailMessage) -> None:
        self.messages.append(message)

    def check(self) -> None:
        return


def couriers(mailer: Mailer | None, hooks: Mapping[str, HookSettings] | None = None) -> Couriers:
    """Everything by which notices leave, with this mailer; webhooks may go to this machine."""
    poster = HttpHookPoster(allowed_networks=[ip_network("127.0.0.0/8")], timeout=5)
    return Couriers(mailer=mailer, sender="service@example.org", poster=poster, hooks=hooks or {})


class Engine:
    """The engine as the server sees it, and workers as tests need them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database)
        self.queue = durable.JobQueue(self.database)
        self.mail = MailBox()
        self.executor = ThreadExecutor()
        self._worker: Worker | None = None

    def start_worker(
        self, executor: Executor | None = None, *, cluster: Executor | None = None
    ) -> Worker:
        self._worker = Worker(
            self.settings,
            self.database,
            executor=executor or self.executor,
            couriers=couriers(self.mail, self.settings.hooks),
            cluster=cluster,
        )
        return self._worker

    def stop_worker(self) -> None:
        if self._worker is not None:
            self._worker.close(end_programs=True)
            self._worker = None

    def submit(self, *plans: JobPlan) -> list[str]:
        _, jobs = submit.submit(self.database, self.queue, plans, user_email=None, client=None)
        return [job.job_id for job in jobs]

    def job(self, job_id: str) -> views.JobDetail:
        return views.get_job(self.database, job_id)

    def wait(self, job_id: str) -> views.JobDetail:
        return self.wait_until(job_id, lambda job: job.state in FINISHED_JOB_STATES)

    def wait_until(self, job_id: str, holds: Callable[[views.JobDetail], bool]) -> views.JobDetail:
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            job = self.job(job_id)
            if holds(job):
                return job
            time.sleep(0.02)
        raise AssertionError(f"waited in vain for {self.job(job_id)}")

    def close(self) -> None:
        self.stop_worker()
        self.queue.close()
        self.database.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with all tables, to be copied: making one takes a while."""
    path = tmp_path_factory.mktemp("database") / "state.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service("postgresql"))]
)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database with all tables, of each kind in turn."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "state.db")
        yield f"sqlite:///{tmp_path / 'state.db'}"
    else:
        yield from new_postgresql(request.getfixturevalue("service_url"))


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return quick_settings(tmp_path / "home", database_url)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = Engine(settings)
    yield engine
    engine.close()


def _migrate(url: str) -> None:
    database = Database(url)
    database.migrate()
    durable.migrate(database)
    database.close()


def new_postgresql(server: str, *, with_tables: bool = True) -> Iterator[str]:
    """Make a database, and drop it in the end."""
    template, name = _template_name(), f"aind_test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(1)")  # tests may run in several processes
            known = cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (template,))
            if known.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
                _migrate(_with_name(server, template))
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name),
                    sql.Identifier(template if with_tables else "template1"),
                )
            )
            cursor.execute("SELECT pg_advisory_unlock(1)")
        yield _with_name(server, name)
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)


def _template_name() -> str:
    """Name the template by what its tables are made with."""
    made_with = hashlib.sha256(version("dbos").encode())
    for path in sorted((Path(database_module.__file__).parent / "migrations").rglob("*.py")):
        made_with.update(path.read_bytes())
    return f"aind_test_template_{made_with.hexdigest()[:12]}"


def _with_name(server: str, name: str) -> str:
    return f"{server.rpartition('/')[0]}/{name}"
