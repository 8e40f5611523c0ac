"""A worker in a process of its own, whose programs do what scripts say.

``python worker_process.py HOME DATABASE_URL CONTROL_FOLDER LEASE_SECONDS``; see `scripted_program`.
"""

import signal
import sys
from datetime import timedelta
from pathlib import Path

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.engine.worker import Worker
from aind_data_transfer_service.executors.local import LocalExecutor
from aind_data_transfer_service.notify.open import open_couriers
from aind_data_transfer_service.settings import RetryPolicy, Settings, WorkerSettings


def quick_settings(home: Path, database_url: str, *, lease_seconds: float = 60) -> Settings:
    """Return settings for tests, which should not wait, on a machine that may be slow."""
    return Settings(
        home=home,
        database_url=database_url,
        retry=RetryPolicy(times=2, first_delay=timedelta(milliseconds=50)),
        worker=WorkerSettings(
            poll=timedelta(milliseconds=50),
            lease=timedelta(seconds=lease_seconds),
            grace=timedelta(seconds=1),
        ),
    )


def main(home: Path, database_url: str, control: Path, lease_seconds: float) -> None:
    """Work until SIGTERM, which leaves the programs running."""
    settings = quick_settings(home, database_url, lease_seconds=lease_seconds)
    program = (sys.executable, str(Path(__file__).with_name("scripted_program.py")), str(control))
    worker = Worker(
        settings,
        Database(settings.database),
        executor=LocalExecutor(program=program),
        couriers=open_couriers(settings),
    )
    signal.sigwait({signal.SIGTERM})
    worker.close(end_programs=False)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), float(sys.argv[4]))
