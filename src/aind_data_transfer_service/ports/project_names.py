"""The names of projects that requests may use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..errors import Unavailable


class ProjectNamesUnavailable(Unavailable):
    """The project names are not known now, so no request can be checked."""

    code = "project_names_unavailable"


@dataclass(frozen=True, slots=True)
class ProjectList:
    """The names as they are known now."""

    names: tuple[str, ...] | None
    """In the source's order; None: any name may be used."""
    as_of: datetime
    """When they were read (UTC)."""
    stale_reason: str | None = None
    """Why they could not be read again since; None if they are fresh."""


class ProjectNames(Protocol):
    """Tells the project names at once, without waiting for anything."""

    def names(self) -> ProjectList:
        """Return the names; raises `ProjectNamesUnavailable`."""
        ...

    def start(self) -> None:
        """Begin to keep them fresh."""
        ...

    def close(self) -> None:
        """Stop keeping them fresh."""
        ...
