"""Wishes to end jobs: one look at the database for all jobs of a worker."""

import asyncio

from .ledger import Ledger
from .repositories import Jobs


class CancelWishes:
    """An event per job that is set once somebody asked to cancel it."""

    def __init__(self, ledger: Ledger, *, pace_seconds: float) -> None:
        self._ledger = ledger
        self._pace = pace_seconds
        self._events: dict[str, asyncio.Event] = {}
        self._loop_task: asyncio.Task[None] | None = None

    def of(self, job_id: str) -> asyncio.Event:
        """Return the job's event; from now on it is kept up to date."""
        event = self._events.setdefault(job_id, asyncio.Event())
        if self._loop_task is None or self._loop_task.done():
            self._loop_task = asyncio.get_running_loop().create_task(self._look_again_and_again())
        return event

    def forget(self, job_id: str) -> None:
        """Stop looking for this job."""
        self._events.pop(job_id, None)

    async def _look_again_and_again(self) -> None:
        while self._events:
            wished = await self._ledger.read(lambda session: Jobs(session).cancel_wished())
            for job_id in wished & self._events.keys():
                self._events[job_id].set()
            await asyncio.sleep(self._pace)
