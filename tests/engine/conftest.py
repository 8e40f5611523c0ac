"""A database, a queue and a worker of the real engine, in a folder of the test's own."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.domain.states import FINISHED_JOB_STATES
from aind_data_transfer_service.engine import durable
from aind_data_transfer_service.engine.services import submit, views
from aind_data_transfer_service.engine.worker import Worker
from aind_data_transfer_service.ports.executor import Executor
from aind_data_transfer_service.settings import RetryPolicy, Settings, WorkerSettings
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

_PATIENCE_SECONDS = 60


@dataclass
class MailBox:
    """A mailer that keeps what it is given."""

    messages: list[EmailMessage] = field(default_factory=list)

    def send(self, message: EmailMessage) -> None:
        self.messages.append(message)

    def check(self) -> None:
        return


class Engine:
    """The engine as the server sees it, and workers as tests need them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database(settings.database)
        self.queue = durable.JobQueue(self.database)
        self.mail = MailBox()
        self.executor = ThreadExecutor()
        self._worker: Worker | None = None

    def start_worker(self, executor: Executor | None = None) -> Worker:
        self._worker = Worker(
            self.settings, self.database, executor=executor or self.executor, mailer=self.mail
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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home",
        retry=RetryPolicy(times=2, first_delay=timedelta(milliseconds=50)),
        worker=WorkerSettings(
            poll=timedelta(milliseconds=50),
            lease=timedelta(seconds=5),
            grace=timedelta(seconds=1),
        ),
    )


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with all tables, to be copied: making one takes a while."""
    path = tmp_path_factory.mktemp("database") / "state.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    durable.migrate(database)
    database.close()
    return path


@pytest.fixture
def engine(settings: Settings, migrated: Path) -> Iterator[Engine]:
    settings.home.mkdir()
    shutil.copy(migrated, settings.home / "state.db")
    engine = Engine(settings)
    yield engine
    engine.close()
