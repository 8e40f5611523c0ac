"""A worker: takes queued jobs and carries them through, until it is told to stop."""

import logging
import os
import threading

from ..db.database import Database, DatabaseUnavailable
from ..executors.polling import PollingExecutor
from ..notify.couriers import Couriers
from ..ports.executor import Executor
from ..settings import Settings
from .cancel import CancelWishes
from .dispatch import Dispatcher
from .durable import DurableRunner
from .element import ElementRunner
from .executors import Executors
from .inline import InlineRunner
from .job import JobRunner
from .lease import Lease
from .ledger import Ledger
from .staging import StagingSweep

logger = logging.getLogger(__name__)

_LOST_LEASE_EXIT = 70
_SWEEP_SECONDS = 600.0
_SWEEPER_PATIENCE_SECONDS = 5.0


class Worker:
    """Everything one worker process runs. The database must be migrated before.

    One per process, because the workflow engine is.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        executor: Executor,
        couriers: Couriers,
        cluster: Executor | None = None,
    ) -> None:
        self._pace = settings.worker.poll.total_seconds()
        self._executor = executor
        for folder in (settings.work_root, settings.staging_root):
            folder.mkdir(parents=True, exist_ok=True)
        self._ledger = Ledger(database)
        self._inline = InlineRunner()
        self._polling = PollingExecutor(settings.codeocean, settings.document_store)
        elements = ElementRunner(
            settings=settings,
            ledger=self._ledger,
            executors=Executors(
                settings,
                self._ledger,
                programs=executor,
                polling=self._polling,
                cluster=cluster,
            ),
            inline=self._inline,
        )
        runner = JobRunner(
            settings=settings,
            ledger=self._ledger,
            elements=elements,
            wishes=CancelWishes(self._ledger, pace_seconds=self._pace),
        )
        self._lease = Lease(
            database,
            lease=settings.worker.lease,
            grace=settings.worker.grace,
            pid=os.getpid(),
            on_lost=self._die,
        )
        self._durable = DurableRunner(
            database,
            worker_id=self._lease.worker_id,
            runner=runner,
            ledger=self._ledger,
            jobs_at_once=settings.worker.jobs,
            pace_seconds=self._pace,
        )
        self._dispatcher = Dispatcher(database, couriers)
        self._stop = threading.Event()
        # Each in a thread of its own: a mail server that hangs must not keep jobs from being
        # taken over.
        self._threads = [
            threading.Thread(target=self._keep_house, name="house", daemon=True),
            threading.Thread(target=self._send_notices, name="notices", daemon=True),
        ]
        self._sweeper: threading.Thread | None = None
        if settings.staging_kept != "forever":
            sweep = StagingSweep(settings.staging_root, settings.staging_kept, database)
            pace = min(_SWEEP_SECONDS, settings.staging_kept.total_seconds())
            self._sweeper = threading.Thread(
                target=self._sweep_staging, args=(sweep, pace), name="staging", daemon=True
            )
            self._sweeper.start()
        for thread in self._threads:
            thread.start()
        logger.info("Worker %s is ready", self._lease.worker_id)

    @property
    def worker_id(self) -> str:
        """The worker's name."""
        return self._lease.worker_id

    def close(self, *, end_programs: bool) -> None:
        """Stop. Programs under way go on and are found again, unless they are to end too."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._sweeper is not None:  # what it is at may take long; the next worker goes on
            self._sweeper.join(_SWEEPER_PATIENCE_SECONDS)
        self._durable.close()
        self._polling.end_all()
        if end_programs:
            self._executor.end_all()
        self._dispatch()
        self._inline.close()
        self._ledger.close()
        self._lease.end()

    def _keep_house(self) -> None:
        """Take over from workers that are gone."""
        while True:
            try:
                for worker_id in self._lease.gone():
                    count = self._durable.take_over(worker_id)
                    self._lease.note_taken_over(worker_id)
                    logger.info("Took over %d jobs of %s", count, worker_id)
            except DatabaseUnavailable as problem:
                logger.warning("%s", problem)
            except Exception:  # the workflow engine's own errors; nobody else would keep house
                logger.exception("The jobs of workers that are gone were not taken over")
            if self._stop.wait(2 * self._pace):
                return

    def _sweep_staging(self, sweep: StagingSweep, pace: float) -> None:
        while not self._stop.wait(pace):
            try:
                sweep.run()
            except (DatabaseUnavailable, OSError) as problem:
                logger.warning("Staging is not tidied up: %s", problem)

    def _send_notices(self) -> None:
        while not self._stop.wait(2 * self._pace):
            self._dispatch()

    def _dispatch(self) -> None:
        try:
            self._dispatcher.send_due()
        except DatabaseUnavailable as problem:
            logger.warning("%s", problem)

    def _die(self) -> None:
        self._executor.end_all()
        os._exit(_LOST_LEASE_EXIT)
