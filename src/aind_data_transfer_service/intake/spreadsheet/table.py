"""A sheet as it was read, whatever kind of file it came in: rows of texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from openpyxl.utils import get_column_letter

# Besides what Python calls space: marks of the direction of writing and of the byte order.
_UNSEEN = "\ufeff\u200b\u200e\u200f\u2060"


class CellKind(Enum):
    """What a cell held where that is not plain text."""

    TEXT = auto()
    FORMULA = auto()
    """The text is the value that the program which saved the file had worked out."""
    FORMULA_ALONE = auto()
    """There is no such value; the text is the formula."""
    ERROR = auto()
    """Such as #N/A."""
    MERGED = auto()
    """Empty, because it is merged with another."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text without spaces around; dates are ISO 8601."""

    text: str
    kind: CellKind = CellKind.TEXT


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row that is not empty."""

    number: int
    """As the spreadsheet shows it, from 1."""
    cells: tuple[Cell, ...]

    def cell(self, index: int) -> Cell:
        """Return the cell of a column, the first being 0."""
        return self.cells[index] if index < len(self.cells) else EMPTY


@dataclass(frozen=True, slots=True)
class FileNote:
    """Something about the file as a whole that its user should know."""

    code: str
    message: str
    what_to_do: str
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The sheet that holds the jobs.

    Parameters
    ----------
    sheet
        Its name, if it has one.
    heading_row
        Number of the row with the headings.
    headings
        Their texts as written, from the first column on.
    rows
        All rows below that are not empty.
    delimited
        Whether it was text with delimiters, where a stray delimiter moves all cells after it.
    notes
        What there is to say about how it was read.
    """

    sheet: str | None
    heading_row: int
    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    delimited: bool = False
    notes: tuple[FileNote, ...] = ()

    @property
    def width(self) -> int:
        """Number of columns in use."""
        return max([len(self.headings), *(len(row.cells) for row in self.rows)])

    def as_dict(self) -> dict[str, Any]:
        """Return it as the API carries it."""
        width = self.width
        return {
            "sheet": self.sheet,
            "heading_row": self.heading_row,
            "headings": [
                {"column": get_column_letter(index + 1), "text": self._heading(index)}
                for index in range(width)
            ],
            "rows": [
                {"row": row.number, "cells": [row.cell(index).text for index in range(width)]}
                for row in self.rows
            ],
        }

    def _heading(self, index: int) -> str:
        return self.headings[index] if index < len(self.headings) else ""


def stripped(text: str) -> str:
    """Return a text without spaces, tabs and unseen characters around it."""
    previous = None
    while text != previous:
        previous, text = text, text.strip().strip(_UNSEEN)
    return text


def without_trailing_blanks(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells up to the last that is not empty."""
    end = len(cells)
    while end and not cells[end - 1].text:
        end -= 1
    return tuple(cells[:end])
