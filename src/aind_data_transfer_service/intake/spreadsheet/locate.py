"""Finds the headings among the rows of a sheet, and what lies below them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...wire.v2.limits import MOST_JOBS
from .errors import HeadingsMissing, SpreadsheetTooLarge
from .headings import JOB_FIELDS, known_headings
from .table import Cell, FileNote, Table, TableRow, without_trailing_blanks

Rows = Iterator[tuple[int, tuple[Cell, ...]]]

_SEARCHED_ROWS = 20
_ENOUGH = 2
"""Known headings that make a row the row of headings."""

_NO_ROWS = FileNote(
    "sheet_without_rows", "There are no rows below the headings", "Fill in a row for each session."
)
_EMPTY = FileNote("sheet_without_rows", "The file is empty", "Fill in a row for each session.")


def locate(rows: Iterable[tuple[int, tuple[Cell, ...]]], *, delimited: bool = False) -> Table:
    """Return the table that begins with the first row of headings.

    Rows above are titles and left out. Raises `HeadingsMissing`, or `SpreadsheetTooLarge` if there
    are more rows than jobs in a request.
    """
    filled = (TableRow(number, without_trailing_blanks(row)) for number, row in rows)
    filled = (row for row in filled if row.cells)
    above: list[TableRow] = []
    for row in filled:
        if is_heading_row(row.cells):
            table = Table(None, row.number, _texts(row), (), delimited)
            return _with_rows(table, filled)
        above.append(row)
        if len(above) == _SEARCHED_ROWS:
            break
    if not above:
        return Table(None, 1, (), (), delimited, (_EMPTY,))
    raise HeadingsMissing(
        f"None of the first {len(above)} rows has the template's headings, such as"
        f" {', '.join(JOB_FIELDS[:5])}. Row {above[0].number} has:"
        f" {', '.join(repr(text) for text in _texts(above[0])[:10] if text)}."
    )


def is_heading_row(cells: Iterable[Cell]) -> bool:
    """Whether these cells are the template's headings, or some of them."""
    return known_headings([cell.text for cell in cells]) >= _ENOUGH


def _with_rows(table: Table, below: Iterator[TableRow]) -> Table:
    rows: list[TableRow] = []
    for row in below:
        if len(rows) == MOST_JOBS:
            raise SpreadsheetTooLarge(
                f"There are more than {MOST_JOBS:,} rows of jobs (row {row.number} is one too"
                f" many); at most {MOST_JOBS:,} can be sent at a time.",
                what_to_do="Split the sheet into several files.",
            )
        rows.append(row)
    return replace(table, rows=tuple(rows), notes=() if rows else (_NO_ROWS,))


def _texts(row: TableRow) -> tuple[str, ...]:
    return tuple(cell.text for cell in row.cells)
