"""Where the project names come from."""

from datetime import timedelta
from typing import Self

from pydantic import model_validator

from .section import AbsolutePath, HttpUrl, Period, Section


class ProjectSettings(Section):
    """Where the project names come from, if not from ``project_names``."""

    url: HttpUrl | None = None
    """Answers ``{"data": [names]}``."""
    file: AbsolutePath | None = None
    """A JSON list, or one name a line."""
    refresh: Period = timedelta(minutes=5)
    longest_age: Period | None = None
    """How long the last list serves while a new one cannot be read; None: as long as it takes."""

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if self.url is not None and self.file is not None:
            raise ValueError("give url or file, not both")
        return self
