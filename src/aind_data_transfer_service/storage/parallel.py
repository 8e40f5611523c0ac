"""The same work on many things at once, which stops soon when told to or when one fails."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event, Lock
from typing import Generic, TypeVar

T = TypeVar("T")


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
        if self._event.is_set():
            raise Stopped

    def raise_up(self) -> None:
        """Tell all work to stop."""
        self._event.set()


def for_each(work: Callable[[T], object], *lanes: Lane[T], stop: StopSign) -> None:
    """Call ``work`` for every item of every lane; the first error stops the rest and is raised.

    An exception that reaches the calling thread meanwhile (a signal's) stops it all too. Returns
    or raises only when no thread is at work any more.
    """
    threads = sum(lane.threads for lane in lanes)
    with ThreadPoolExecutor(threads, thread_name_prefix="transfer") as pool:
        try:
            futures = [
                pool.submit(_work_through, work, items, stop)
                for lane in lanes
                for items in [_Shared(iter(lane.items))] * lane.threads
            ]
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            stop.raise_up()
            raise


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


def _work_through(work: Callable[[T], object], items: _Shared[T], stop: StopSign) -> None:
    try:
        for item in items:
            stop.check()
            work(item)
    except Stopped:
        return
