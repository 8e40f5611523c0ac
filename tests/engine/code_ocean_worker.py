"""A worker in a process of its own, for jobs with Code Ocean.

``python -m tests.engine.code_ocean_worker HOME DATABASE_URL DOMAIN TOKEN``; it works until SIGTERM.
"""

import signal
import sys
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.engine.worker import Worker
from aind_data_transfer_service.notify.open import open_couriers
from aind_data_transfer_service.settings import CodeOceanSettings, Settings
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

from .worker_process import quick_settings


def site_settings(settings: Settings, *, domain: str, token: str) -> Settings:
    """Return settings that know a Code Ocean, and wait for nothing long."""
    pace = timedelta(milliseconds=20)
    codeocean = CodeOceanSettings(
        domain=domain,
        token=SecretStr(token),
        timeout=timedelta(seconds=2),
        asset_poll=pace,
        shortest_poll=pace,
        settle=timedelta(seconds=2),
    )
    return settings.model_copy(update={"codeocean": codeocean})


def main(home: Path, database_url: str, domain: str, token: str) -> None:
    """Work until SIGTERM."""
    settings = site_settings(quick_settings(home, database_url), domain=domain, token=token)
    database = Database(settings.database)
    couriers = open_couriers(settings)
    worker = Worker(settings, database, executor=ThreadExecutor(), couriers=couriers)
    signal.sigwait({signal.SIGTERM})
    worker.close(end_programs=False)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main(Path(sys.argv[1]), *sys.argv[2:])
