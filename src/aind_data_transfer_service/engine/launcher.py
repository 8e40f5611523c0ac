"""Starts attempts: those of one array together, all others as they come."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..ports.executor import ArrayExecutor, Executor, Handle, LaunchRequest

_QUIET_SECONDS = 1.0


@dataclass(slots=True)
class _Gathering:
    """Attempts of one group that are about to start."""

    executor: ArrayExecutor
    requests: list[LaunchRequest] = field(default_factory=list)
    futures: list[asyncio.Future[Handle | None]] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None


class Launcher:
    """Gathers the attempts of a group until all are there, or none came for a moment.

    Parameters
    ----------
    quiet_seconds
        How long it waits for more of a group. Elements of a stage begin at once, but their rows
        and folders are written one after another.
    """

    def __init__(self, *, quiet_seconds: float = _QUIET_SECONDS) -> None:
        self._quiet = quiet_seconds
        self._gathering: dict[tuple[str, str], _Gathering] = {}
        self._flights: set[asyncio.Task[None]] = set()

    async def start(self, executor: Executor, request: LaunchRequest) -> Handle | None:
        """Start one attempt, perhaps with others; returns and raises as `Executor.start` does."""
        if request.array is None or not isinstance(executor, ArrayExecutor):
            return await asyncio.to_thread(executor.start, request)
        future: asyncio.Future[Handle | None] = asyncio.get_running_loop().create_future()
        key, size = (executor.name, request.array.group), request.array.size
        group = self._gathering.setdefault(key, _Gathering(executor))
        group.requests.append(request)
        group.futures.append(future)
        if group.timer is not None:
            group.timer.cancel()
        wait = 0.0 if len(group.requests) >= size else self._quiet
        group.timer = asyncio.get_running_loop().call_later(wait, self._let_go, key)
        return await future

    def _let_go(self, key: tuple[str, str]) -> None:
        group = self._gathering.pop(key)
        flight = asyncio.get_running_loop().create_task(_start_together(group))
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)


async def _start_together(group: _Gathering) -> None:
    try:
        handles: Sequence[Handle | None] = await asyncio.to_thread(
            group.executor.start_together, group.requests
        )
    except Exception as problem:  # noqa: BLE001 - each of them has to hear it
        for future in group.futures:
            if not future.done():
                future.set_exception(problem)
        return
    for future, handle in zip(group.futures, handles, strict=True):
        if not future.done():
            future.set_result(handle)
