"""Project names that are known at once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ..errors import TransferError
from ..last_good import LastGood, utc_now
from ..ports.project_names import ProjectList, ProjectNamesUnavailable


class GivenProjectNames:
    """Names that do not change; None: any name may be used."""

    def __init__(self, names: tuple[str, ...] | None) -> None:
        self._list = ProjectList(names, utc_now())

    def names(self) -> ProjectList:
        """Return the names."""
        return self._list

    def start(self) -> None:
        """There is nothing to keep fresh."""

    def close(self) -> None:
        """There is nothing to keep fresh."""


class CachedProjectNames:
    """Names read from a source again and again; the last good list serves while it is down.

    Parameters
    ----------
    source
        Returns the names, raises `ProjectNamesUnavailable`; may block.
    refresh
        Time between two tries to read them.
    longest_age
        How old a list may get that could not be read again; None: any age.
    now
        The clock.
    """

    def __init__(
        self,
        source: Callable[[], tuple[str, ...]],
        *,
        refresh: timedelta,
        longest_age: timedelta | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._longest_age = longest_age
        self._now = now
        self._last_good = LastGood(source, what="project names", every=refresh, now=now)

    def names(self) -> ProjectList:
        """Return the names; raises `ProjectNamesUnavailable`."""
        try:
            reading = self._last_good.read()
        except ProjectNamesUnavailable:
            raise
        except TransferError as error:
            raise ProjectNamesUnavailable(error.message) from error
        age = self._now() - reading.as_of
        problem = reading.problem
        if problem is not None and self._longest_age is not None and age > self._longest_age:
            raise ProjectNamesUnavailable(
                f"The project names are from {reading.as_of.isoformat(timespec='seconds')} and too"
                f" old to use. {problem.message}"
            )
        return ProjectList(
            reading.value, reading.as_of, None if problem is None else problem.message
        )

    def start(self) -> None:
        """Begin to read them in the background."""
        self._last_good.start()

    def close(self) -> None:
        """Stop reading them."""
        self._last_good.close()

    def refresh_now(self) -> None:
        """Read them now, in this thread."""
        self._last_good.renew()
