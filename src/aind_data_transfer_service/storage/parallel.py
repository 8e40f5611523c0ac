"""The same work on many things at once, which stops soon when told to or when one fails."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")

GRACE_SECONDS = 10.0
"""How long threads may take to stop when the calling thread is interrupted."""


@dataclass(frozen=True, slots=True)
class Lane(Generic[T]):
    """Items that share some threads of their own."""

    items: Sequence[T]
    threads: int


class Stopped(Exception):
    """The work is to stop: something else failed, or the program ends."""


class StopSign:
    """Work that takes long looks at it now and then."""

    def __init__(self) -> None:
        self._event = Event()

    def check(self) -> None:
        """Raise `Stopped` if the work is to stop."""
        if self.is_up:
            raise Stopped

    @property
    def is_up(self) -> bool:
        """Whether the work is to stop."""
        return self._event.is_set()

    def put_up(self) -> None:
        """Tell all work to stop."""
        self._event.set()


def for_each(work: Callable[[T], object], *lanes: Lane[T], stop: StopSign) -> None:
    """Call ``work`` for every item of every lane; the first error stops the rest and is raised.

    All threads have ended when it returns or raises. Only when an exception reaches the calling
    thread itself (a signal's), they are given `GRACE_SECONDS`: one that waits for a silent server
    must not keep the program from ending.
    """
    failures: list[Exception] = []

    def go_through(items: _Shared[T]) -> None:
        try:
            for item in items:
                stop.check()
                work(item)
        except Stopped:
            pass
        except Exception as failure:  # noqa: BLE001 - whatever it is, the caller raises it
            failures.append(failure)
            stop.put_up()

    threads = [
        Thread(target=go_through, args=(items,), daemon=True)
        for lane in lanes
        for items in [_Shared(iter(lane.items))] * min(lane.threads, len(lane.items))
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        stop.put_up()
        _end(threads)
        raise
    if failures:
        raise failures[0]


def _end(threads: Sequence[Thread]) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, deadline - time.monotonic()))
    busy = sum(thread.is_alive() for thread in threads)
    if busy:
        logger.warning("%d threads did not stop within %g s", busy, GRACE_SECONDS)


class _Shared(Generic[T]):
    """An iterator that many threads take from."""

    def __init__(self, items: Iterator[T]) -> None:
        self._items = items
        self._lock = Lock()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        with self._lock:
            return next(self._items)
