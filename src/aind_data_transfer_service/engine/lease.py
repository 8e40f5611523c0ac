"""A worker's lease: who may carry jobs through, and who takes over when one is gone.

A worker renews its lease in the database. One that cannot for the whole lease ends itself and its
programs, so that another, which waits for lease and grace, never works beside it.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from .. import __version__
from ..db.database import Database, DatabaseUnavailable
from ..db.models import WorkerRow
from ..processes import is_alive, machine, process_identity
from .ids import new_id
from .repositories import Workers

logger = logging.getLogger(__name__)


class Lease:
    """The lease of this process, renewed by a thread of its own.

    Another thread looks whether it has lapsed, since a renewal can hang with the network.
    """

    def __init__(
        self,
        database: Database,
        *,
        lease: timedelta,
        grace: timedelta,
        pid: int,
        on_lost: Callable[[], None],
    ) -> None:
        self.worker_id = f"worker-{new_id()}"
        self._database = database
        self._lease = lease
        self._grace = grace
        self._on_lost = on_lost
        self._stop = threading.Event()
        self._taken_over = False
        self._host = machine()
        self._renewed = time.monotonic()
        now = datetime.now(UTC)
        with database.write() as session:
            Workers(session).add(
                WorkerRow(
                    id=self.worker_id,
                    host=self._host,
                    process=process_identity(pid),
                    version=__version__,
                    started_at=now,
                    renewed_at=now,
                )
            )
        self._threads = [
            threading.Thread(target=work, name="lease", daemon=True)
            for work in (self._keep, self._guard)
        ]
        for thread in self._threads:
            thread.start()

    def gone(self) -> list[str]:
        """Return workers that are gone and whose jobs nobody has taken over yet."""
        now = datetime.now(UTC)
        with self._database.read() as session:
            return [
                worker.id
                for worker in Workers(session).not_taken_over()
                if worker.id != self.worker_id and self._is_gone(worker, now)
            ]

    def note_taken_over(self, worker_id: str) -> None:
        """Note that the jobs of a worker that is gone are back in the queue."""
        with self._database.write() as session:
            worker = Workers(session).get(worker_id)
            if worker is not None:
                worker.taken_over_at = datetime.now(UTC)

    def end(self) -> None:
        """Give the lease back: others may take over at once."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        with self._database.write() as session:
            worker = Workers(session).get(self.worker_id)
            if worker is not None:
                worker.ended_at = datetime.now(UTC)

    def _is_gone(self, worker: WorkerRow, now: datetime) -> bool:
        if worker.ended_at is not None:
            return True
        if worker.host == self._host and not is_alive(worker.process):
            return True
        return now - worker.renewed_at > self._lease + self._grace

    def _keep(self) -> None:
        """Renew the lease again and again."""
        while not self._stop.wait(self._lease.total_seconds() / 6):
            asked = time.monotonic()
            try:
                self._taken_over = not self._renew()
                self._renewed = asked
            except DatabaseUnavailable as problem:
                logger.warning("The lease was not renewed: %s", problem)
            except Exception:  # whatever it was, to go on is what others count on
                logger.exception("The lease was not renewed")

    def _guard(self) -> None:
        """End this worker when the lease has lapsed, or others went on without it."""
        while not self._stop.wait(self._lease.total_seconds() / 30):
            lapsed = time.monotonic() - self._renewed > self._lease.total_seconds()
            if lapsed or self._taken_over:
                logger.critical("The lease is lost: this worker ends itself and its programs")
                self._on_lost()
                return

    def _renew(self) -> bool:
        """Renew it in the database; False if another worker has taken over."""
        with self._database.write() as session:
            worker = Workers(session).get(self.worker_id)
            if worker is None or worker.taken_over_at is not None:
                return False
            worker.renewed_at = datetime.now(UTC)
            return True
