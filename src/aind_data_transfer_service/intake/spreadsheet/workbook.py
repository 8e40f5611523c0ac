"""Reads workbooks (.xlsx) with openpyxl, as text: nothing in them is worked out or followed."""

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError
from zlib import error as ZlibError  # noqa: N812 - it is a class

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.cell_range import CellRange

from ...settings.spreadsheets import SpreadsheetSettings
from .archive import look_through, merged_areas
from .choose import SheetHead, choose_sheet
from .errors import SpreadsheetTooLarge, SpreadsheetUnreadable
from .locate import Rows, locate
from .table import EMPTY, Cell, CellKind, Table, TableRow, stripped

_ROWS_OF_A_SHEET = 1_048_576
_MOST_CELLS = 400_000
"""Cells that are looked at, empty ones with a format too: a few seconds."""
_HEAD_ROWS = 40
_MOST_MERGED = 100
"""Columns in which merged cells are told from empty ones."""
_VISIBLE = "visible"

# What openpyxl and zipfile raise at files that are not what they say.
_BROKEN = (
    zipfile.BadZipFile, ParseError, ZlibError, EOFError, OSError, ArithmeticError, AttributeError,
    LookupError, NotImplementedError, TypeError, ValueError,
)  # fmt: skip


def read_workbook(content: bytes, limits: SpreadsheetSettings, sheet: str | None) -> Table:
    """Read the sheet of that name, else the first visible one with the template's headings.

    Raises `FileTypeInvalid`, `SpreadsheetUnreadable`, `SpreadsheetTooLarge`, `SheetUnknown`, or
    `HeadingsMissing`.
    """
    with unreadable_workbook(), zipfile.ZipFile(BytesIO(content)) as archive:
        look_through(archive, limits)
        with closing(_open(content)) as book:
            name, notes = choose_sheet(list(_heads(book)), sheet)
            merged = merged_areas(archive, _part_of(book, name))
            table = locate(_rows(book, name, limits))
        if any(cell.kind is CellKind.FORMULA_ALONE for row in table.rows for cell in row.cells):
            with closing(_open(content, values=True)) as book:
                table = _with_values(table, locate(_rows(book, name, limits)))
    rows = tuple(_with_merged(table.rows, merged))
    return replace(table, sheet=name, rows=rows, notes=(*table.notes, *notes))


@contextmanager
def unreadable_workbook() -> Iterator[None]:
    """Turn what openpyxl raises at a damaged workbook into `SpreadsheetUnreadable`."""
    try:
        yield
    except _BROKEN as error:
        raise SpreadsheetUnreadable(
            f"The workbook cannot be read: {type(error).__name__}: {error}"
        ) from error


def _open(content: bytes, *, values: bool = False) -> Workbook:
    """Open a workbook: its formulas, or the values that it was saved with."""
    # It warns of what it cannot show, such as drop-downs of newer versions; none of it is read.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
    return load_workbook(BytesIO(content), read_only=True, data_only=values, keep_links=False)


def _part_of(book: Workbook, name: str) -> str:
    sheet: Any = book[name]
    return str(sheet._worksheet_path)  # noqa: SLF001 - openpyxl tells it nowhere else


def _heads(book: Workbook) -> Iterator[SheetHead]:
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        rows = [tuple(map(_cell, row)) for row in islice(sheet.iter_rows(), _HEAD_ROWS)]
        yield SheetHead(sheet.title, sheet.sheet_state == _VISIBLE, rows)


def _rows(book: Workbook, name: str, limits: SpreadsheetSettings) -> Rows:
    sheet = book[name]
    # What a sheet says of its own size is often wrong, and a wrong size costs much.
    sheet.reset_dimensions()
    left = _MOST_CELLS
    for number, row in enumerate(sheet.iter_rows(), start=1):
        left -= len(row)
        if left < 0 or number > _ROWS_OF_A_SHEET:
            raise SpreadsheetTooLarge(
                f"The sheet {name!r} has more than {_MOST_CELLS:,} cells, most of them empty but"
                " with a format of their own."
            )
        cells = tuple(map(_cell, row))
        if any(cell.text for cell in cells[limits.columns :]):
            raise SpreadsheetTooLarge(
                f"Row {number} of the sheet {name!r} has cells beyond column {limits.columns:,};"
                " they are not read."
            )
        yield number, cells[: limits.columns]


def _cell(cell: Any) -> Cell:
    value, kind = cell.value, cell.data_type
    if value is None:
        return EMPTY
    if kind == "f":
        text = value if isinstance(value, str) else getattr(value, "text", "") or "="
        return Cell(text, CellKind.FORMULA_ALONE)
    if kind == "e":
        return Cell(str(value), CellKind.ERROR)
    if isinstance(value, datetime) and value.time() == time() and _shows_no_time(cell):
        return Cell(value.date().isoformat())
    return Cell(_text(value))


def _shows_no_time(cell: Any) -> bool:
    """Whether midnight is not what was meant: the cell shows a date alone."""
    return "h" not in cell.number_format.lower()


def _text(value: object) -> str:
    match value:
        case str():
            return stripped(value)
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return str(int(value))
        case float() | int():
            return str(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
    raise TypeError(f"a cell has a value of the unknown kind {type(value).__name__}")


def _with_values(formulas: Table, values: Table) -> Table:
    """Return the table with the saved value of each formula that has one."""
    saved = {row.number: row for row in values.rows}
    return replace(
        formulas,
        rows=tuple(
            replace(
                row, cells=tuple(_saved_value(row, index, saved) for index in range(len(row.cells)))
            )
            for row in formulas.rows
        ),
    )


def _saved_value(row: TableRow, index: int, saved: dict[int, TableRow]) -> Cell:
    cell = row.cells[index]
    if cell.kind is not CellKind.FORMULA_ALONE or row.number not in saved:
        return cell
    value = saved[row.number].cell(index)
    if not value.text or value.kind is CellKind.ERROR:
        return value if value.text else cell
    return Cell(value.text, CellKind.FORMULA)


def _with_merged(rows: Iterable[TableRow], areas: Iterable[str]) -> Iterator[TableRow]:
    """Mark the empty cells of merged areas: only the first cell of an area has a value."""
    bounds = [CellRange(area) for area in areas]
    for row in rows:
        cells = list(row.cells)
        for area in bounds:
            if not area.min_row <= row.number <= area.max_row:
                continue
            end = min(area.max_col, _MOST_MERGED)
            cells += [EMPTY] * (end - len(cells))
            for index in range(area.min_col - 1, end):
                if not cells[index].text:
                    cells[index] = Cell("", CellKind.MERGED)
        yield replace(row, cells=tuple(cells))
