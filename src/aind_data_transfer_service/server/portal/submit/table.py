"""The rows a page shows, as the form carries them from check to check."""

import csv
import io
import re
from collections.abc import Callable, Collection, Mapping
from string import ascii_uppercase
from typing import NamedTuple, Self

from pydantic import BaseModel, Field, ValidationError

from ...errors import BodyInvalid

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_LAST_ROW = 1_048_576  # of a workbook
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


class Cell(NamedTuple):
    """A place in the spreadsheet: ``C4``."""

    column: str
    row: int

    def __str__(self) -> str:
        return f"{self.column}{self.row}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``C4``; raises `ValueError`."""
        if (parts := _CELL.fullmatch(text)) is None:
            raise ValueError(f"{text!r} is no cell")
        return cls(parts[1], int(parts[2]))


class Heading(BaseModel):
    """A column of the spreadsheet."""

    column: str = Field(pattern="^[A-Z]{1,3}$")
    text: str


class Row(BaseModel):
    """A row of the spreadsheet, with a cell for each heading."""

    row: int = Field(ge=1, le=_LAST_ROW)
    cells: list[str]


class Table(BaseModel):
    """Headings and rows, each known by its place in the spreadsheet."""

    sheet: str | None = None
    heading_row: int = Field(default=1, ge=1, le=_LAST_ROW)
    headings: list[Heading]
    rows: list[Row]

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what a page carried; raises `BodyInvalid`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as wrong:
            raise BodyInvalid(
                f"The form's rows cannot be read: {wrong.errors()[0]['msg']}.",
                what_to_do="Load the page anew and choose the file again.",
            ) from wrong

    def mended(self, edits: Mapping[Cell, str]) -> Self:
        """Return the table with other values in some of its cells."""
        rows = [
            Row(
                row=row.row,
                cells=[
                    edits.get(Cell(heading.column, row.row), text)
                    for heading, text in zip(self.headings, row.cells, strict=True)
                ],
            )
            for row in self.rows
        ]
        return self.model_copy(update={"rows": rows})

    def replaced(self, column: str, old: str, new: str) -> Self:
        """Return the table with ``new`` in each cell of a column that holds ``old``."""
        place = [heading.column for heading in self.headings].index(column)
        return self.mended(
            {Cell(column, row.row): new for row in self.rows if row.cells[place] == old}
        )

    def with_column(self, text: str) -> Self:
        """Return the table with an empty column more."""
        last = max((_index(heading.column) for heading in self.headings), default=-1)
        heading = Heading(column=_letters(last + 1), text=text)
        rows = [Row(row=row.row, cells=[*row.cells, ""]) for row in self.rows]
        return self.model_copy(update={"headings": [*self.headings, heading], "rows": rows})

    def only(self, rows: Collection[int]) -> Self:
        """Return the table with some of its rows."""
        return self.model_copy(update={"rows": [row for row in self.rows if row.row in rows]})

    def as_csv(self) -> bytes:
        """Return the table with every row and column where it was in the spreadsheet."""
        return self._written(lambda text: text)

    def as_download(self) -> bytes:
        """Return the table for a spreadsheet program, which will take no cell for a formula."""
        return b"\xef\xbb\xbf" + self._written(
            lambda text: f"'{text}" if text.startswith(_FORMULA_BEGINS) else text
        )

    def _written(self, write: Callable[[str], str]) -> bytes:
        places = [_index(heading.column) for heading in self.headings]
        lines = {self.heading_row: [heading.text for heading in self.headings]}
        lines |= {row.row: [write(text) for text in row.cells] for row in self.rows}
        text = io.StringIO()
        writer = csv.writer(text)
        for number in range(1, max(lines) + 1):
            line = [""] * (max(places, default=-1) + 1 if number in lines else 0)
            for place, cell in zip(places, lines.get(number, ()), strict=False):
                line[place] = cell
            writer.writerow(line)
        return text.getvalue().encode()


def _index(letters: str) -> int:
    """Return a column's place, from 0: ``A`` is 0, ``AA`` is 26."""
    index = 0
    for letter in letters:
        index = 26 * index + ascii_uppercase.index(letter) + 1
    return index - 1


def _letters(index: int) -> str:
    """Return what a spreadsheet calls a column."""
    letters = ""
    while index >= 0:
        index, place = divmod(index, 26)
        letters = ascii_uppercase[place] + letters
        index -= 1
    return letters
