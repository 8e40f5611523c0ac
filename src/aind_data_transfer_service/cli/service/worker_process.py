"""The worker in this process."""

import logging
import os
import signal
import threading

from ...engine.worker import Worker
from ...executors.local import LocalExecutor
from ...executors.slurm.executor import SlurmExecutor
from ...notify.open import open_couriers
from ...settings import Settings
from .start import open_database

logger = logging.getLogger(__name__)

_LOOK_FOR_PARENT_SECONDS = 1.0


def run_worker(settings: Settings, *, end_programs: bool, parent: int | None) -> None:
    """Carry jobs through until SIGTERM or SIGINT, or until the process ``parent`` is gone.

    Orphaned, it leaves task programs running: the next worker goes on with them.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with open_database(settings) as database:
        executor = LocalExecutor(cpus=settings.local.cpus, memory_mb=settings.local.memory_mb)
        cluster = SlurmExecutor(settings.slurm) if settings.slurm.is_there else None
        worker = Worker(
            settings,
            database,
            executor=executor,
            couriers=open_couriers(settings),
            cluster=cluster,
        )
        orphaned = False
        while not (orphaned or stop.wait(_LOOK_FOR_PARENT_SECONDS)):
            orphaned = parent is not None and os.getppid() != parent
        if orphaned:
            logger.warning("The process that started this worker is gone; the worker ends too")
        worker.close(end_programs=end_programs and not orphaned)
        if cluster is not None:
            cluster.close()
