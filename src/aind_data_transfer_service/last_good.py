"""A value from elsewhere that is at hand at once: renewed in the background, else the last one."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

from .errors import Defect, TransferError, Unavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")


class NotLoadedYet(Unavailable):
    """The first answer from elsewhere is not there yet."""

    code = "not_loaded_yet"


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What is known now."""

    value: T
    as_of: datetime
    """When the value was read (UTC)."""
    problem: TransferError | None
    """Why it could not be renewed since; None if the last try went well."""


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class LastGood(Generic[T]):
    """Keeps the last value that ``load`` returned.

    Parameters
    ----------
    load
        Gets the value; may block, raises a `TransferError` if it cannot.
    what
        The value's name in logs: "project names".
    every
        Time between two tries to renew it.
    now
        The clock.
    """

    def __init__(
        self,
        load: Callable[[], T],
        *,
        what: str,
        every: timedelta,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._load = load
        self._what = what
        self._every = every
        self._now = now
        self._loading = Lock()
        self._reading: Reading[T] | None = None
        self._problem: TransferError | None = None
        self._tried = Event()
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self, wait: timedelta = timedelta(seconds=2)) -> None:
        """Begin to renew it in the background; wait a moment for the first value."""
        self._thread = Thread(target=self._run, name=f"renew {self._what}", daemon=True)
        self._thread.start()
        self._tried.wait(wait.total_seconds())

    def close(self) -> None:
        """End the background work; a try under way may still end by itself."""
        self._stop.set()

    def read(self) -> Reading[T]:
        """Return what is known, at once. Raises why there has never been a value."""
        reading = self._reading
        if reading is not None:
            return reading
        if self._problem is None:
            raise NotLoadedYet(f"The {self._what} are being loaded.")
        raise self._problem.with_traceback(None)  # one error, raised many times

    def renew(self) -> None:
        """Load the value now, in this thread; what goes wrong is kept for `read` to tell."""
        with self._loading:
            began = self._now()
            try:
                value = self._load()
            except TransferError as error:
                self._fail(error)
            except Exception as error:  # the last resort: the next try may go well
                logger.exception("Loading the %s failed for a defect", self._what)
                self._fail(Defect(f"Loading the {self._what} failed: {error!r}."))
            else:
                self._succeed(Reading(value, began, None))
        self._tried.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.renew()
            self._stop.wait(self._every.total_seconds())

    def _succeed(self, reading: Reading[T]) -> None:
        if self._problem is not None:
            logger.info("The %s are renewed again", self._what)
        self._problem = None
        self._reading = reading

    def _fail(self, error: TransferError) -> None:
        if self._problem is None:
            logger.warning("The %s cannot be renewed: %s", self._what, error)
        self._problem = error
        if self._reading is not None:
            self._reading = Reading(self._reading.value, self._reading.as_of, error)
