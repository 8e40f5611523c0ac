"""Reads text with delimiters: CSV in each of its dialects, and tab-separated text."""

import csv
import io
import re
from collections.abc import Iterator

from ...settings.spreadsheets import SpreadsheetSettings
from .decode import WINDOWS, NotText, decode
from .errors import SpreadsheetTooLarge, SpreadsheetUnreadable
from .formulas import from_plain_text
from .headings import known_headings
from .locate import Rows, locate
from .table import Cell, FileNote, Table, stripped

_DELIMITERS = (",", ";", "\t", "|")
# Excel's own way to say which delimiter follows.
_SEP_LINE = re.compile(r"\s*\"?sep=(?P<delimiter>.)\"?[,;\t]*\s*", re.IGNORECASE)
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_HEAD_ROWS = 20
_LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet can hold."""

_GUESSED = FileNote(
    "encoding_guessed",
    f"The file is not UTF-8. It is read as Windows-1252 ({WINDOWS}), which may be wrong for letters"
    " such as ä or é",
    "Look at such letters in the preview. To be sure, save the sheet as .xlsx or CSV UTF-8.",
)


def read_delimited(content: bytes, limits: SpreadsheetSettings) -> Table:
    """Read the rows of a text file.

    Raises `SpreadsheetUnreadable`, `SpreadsheetTooLarge`, or `HeadingsMissing`.
    """
    try:
        text, guessed = decode(content)
    except NotText as error:
        raise SpreadsheetUnreadable(f"The file cannot be read as text: {error}.") from error
    skipped, text, delimiter = _sep_line(text)
    rows = list(_rows(text, delimiter or _best_delimiter(text), skipped, limits))
    table = locate(rows, delimited=True)
    notes = (_GUESSED,) if guessed else ()
    return Table(
        sheet=None,
        heading_row=table.heading_row,
        headings=table.headings,
        rows=table.rows,
        delimited=True,
        notes=(*notes, *table.notes),
    )


def _cell(text: str) -> Cell:
    return Cell(from_plain_text(stripped(text)))


def _sep_line(text: str) -> tuple[int, str, str | None]:
    """Take off a first line that names the delimiter: how many rows, what follows, which one."""
    end = _LINE_ENDS.search(text)
    first = text[: end.start()] if end else text
    match = _SEP_LINE.fullmatch(first)
    if match is None:
        return 0, text, None
    return 1, text[end.end() :] if end else "", match["delimiter"]


def _best_delimiter(text: str) -> str:
    """Return the delimiter by which most headings are known; a comma if none is."""
    return max(_DELIMITERS, key=lambda delimiter: _headings_known(text, delimiter))


def _headings_known(text: str, delimiter: str) -> int:
    best = 0
    try:
        for number, row in enumerate(_reader(text, delimiter)):
            best = max(best, known_headings(row))
            if number == _HEAD_ROWS:
                break
    except csv.Error:
        return best
    return best


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)


def _rows(text: str, delimiter: str, skipped: int, limits: SpreadsheetSettings) -> Rows:
    number = skipped
    try:
        for row in _reader(text, delimiter):
            number += 1
            if len(row) > limits.columns and any(map(stripped, row[limits.columns :])):
                raise SpreadsheetTooLarge(
                    f"Row {number} has {len(row):,} columns; at most {limits.columns:,} are read."
                )
            if any(len(cell) > _LONGEST_CELL for cell in row):
                raise SpreadsheetTooLarge(
                    f"Row {number} has a cell of more than {_LONGEST_CELL:,} characters. A quote"
                    " that is never closed makes one cell of all that follows."
                )
            yield number, tuple(_cell(text) for text in row[: limits.columns])
    except csv.Error as error:
        raise SpreadsheetUnreadable(
            f"Row {number + 1} cannot be read: {error}. The quotes are probably not in pairs.",
            what_to_do='Put such a value into quotes, and double those within: "5"" disk".',
        ) from error
