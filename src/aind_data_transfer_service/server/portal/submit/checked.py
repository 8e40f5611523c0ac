"""What the check of a spreadsheet found, as `POST /api/v2/validate_csv` answers it."""

from typing import Any, Literal

from pydantic import BaseModel

from .table import Table


class SheetProblem(BaseModel):
    """One thing that is wrong or doubtful, and where."""

    code: str
    severity: Literal["error", "warning"]
    row: int | None = None
    """As the spreadsheet counts, from 1; None: it concerns the whole file."""
    column: str | None = None
    heading: str | None = None
    value: str | None = None
    message: str
    allowed: list[str] | None = None
    nearest: str | None = None
    what_to_do: str = ""
    job_url: str | None = None


class SheetModality(BaseModel):
    """A folder that a row names."""

    name: str
    source: str | None
    exists: bool | None = None
    """None: it was not looked for."""
    files: int | None = None
    bytes: int | None = None
    complete: bool = False
    """Whether all of it was counted."""


class SheetJob(BaseModel):
    """What a row would become."""

    row: int
    valid: bool
    job: int | None = None
    """Its place in ``jobs``."""
    asset_name: str | None = None
    target: str | None = None
    modalities: list[SheetModality] = []


class CheckedSheet(BaseModel):
    """All that is known of a spreadsheet."""

    jobs: list[dict[str, Any]]
    problems: list[SheetProblem] = []
    table: Table
    """Without headings if the file could not be read."""
    rows: list[SheetJob] = []
