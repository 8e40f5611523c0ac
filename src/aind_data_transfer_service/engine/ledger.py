"""Database work from asynchronous code: in threads, patient when the database is away."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.orm import Session

from ..db.database import Database, DatabaseUnavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0


class Ledger:
    """Runs transactions in threads of its own and repeats those the database could not take.

    The work is one transaction, so repeating it is safe. There is no end to the patience: a
    worker whose database stays away loses its lease and ends itself.
    """

    def __init__(self, database: Database, *, threads: int = 8) -> None:
        self.database = database
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="ledger")

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in one transaction and return what it returns."""

        def transaction() -> T:
            with self.database.write() as session:
                return work(session)

        return await self._patiently(transaction)

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run ``work``, which changes nothing, and return what it returns."""

        def look() -> T:
            with self.database.read() as session:
                return work(session)

        return await self._patiently(look)

    async def _patiently(self, call: Callable[[], T]) -> T:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
            except DatabaseUnavailable as problem:
                logger.warning("%s Trying again in %.1f s.", problem, pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=True, cancel_futures=True)
