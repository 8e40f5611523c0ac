"""Chooses the sheet of a workbook that has the jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import HeadingsMissing, SheetUnknown
from .headings import Meaning, meaning_of
from .locate import is_heading_row
from .table import Cell, FileNote

# What sheets of jobs have, and no list of words does.
_OF_JOBS = {Meaning("subject_id"), Meaning("acq_datetime")}


@dataclass(frozen=True, slots=True)
class SheetHead:
    """A sheet and its first rows."""

    name: str
    visible: bool
    rows: Sequence[Sequence[Cell]]

    @property
    def has_jobs(self) -> bool:
        """Whether it has the headings of jobs."""
        return any(
            is_heading_row(row) and _OF_JOBS & {meaning_of(cell.text) for cell in row}
            for row in self.rows
        )


def choose_sheet(heads: Sequence[SheetHead], wanted: str | None) -> tuple[str, list[FileNote]]:
    """Return the name of the sheet to read, and what to say about the others.

    Raises `SheetUnknown` if there is none of the name that is wanted, and `HeadingsMissing` if the
    jobs are on a hidden sheet.
    """
    if wanted is not None:
        return _named(heads, wanted), []
    visible = [head for head in heads if head.visible]
    with_jobs = [head.name for head in visible if head.has_jobs]
    if not with_jobs:
        _refuse_hidden(heads)
        # Reading it will say what it has in place of the headings.
        alike = (head for head in visible if any(map(is_heading_row, head.rows)))
        return next(alike, visible[0]).name, []
    first, *others = with_jobs
    note = FileNote(
        "sheet_not_read",
        f"Only the sheet {first!r} is read; {', '.join(map(repr, others))} has jobs too",
        "Send the other sheets by themselves.",
    )
    return first, [note] if others else []


def _named(heads: Sequence[SheetHead], wanted: str) -> str:
    for head in heads:
        if head.name.casefold() == wanted.strip().casefold():
            return head.name
    names = ", ".join(head.name for head in heads)
    raise SheetUnknown(f"The workbook has no sheet {wanted!r}; it has {names}.")


def _refuse_hidden(heads: Sequence[SheetHead]) -> None:
    for head in heads:
        if head.has_jobs and not head.visible:
            raise HeadingsMissing(
                "No visible sheet has the template's headings; the hidden sheet"
                f" {head.name!r} has them.",
                what_to_do="Unhide the sheet with the jobs, or begin with the template.",
            )
