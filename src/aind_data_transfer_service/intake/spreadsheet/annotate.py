"""Gives a workbook back with what is wrong written at its cells.

No formula is written: what had one has its saved value instead, so that nothing in the file is
worked out when it is opened.
"""

import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import chain

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from .archive import areas
from .errors import SpreadsheetTooLarge
from .kinds import is_zip
from .problems import SheetProblem
from .report import SheetReport
from .table import Table
from .workbook import unreadable_workbook

AUTHOR = "aind-data-transfer"
LIST = "upload problems"
"""Name of the sheet that lists all problems."""

_ERROR = PatternFill("solid", start_color="FFF8CBAD")
_WARNING = PatternFill("solid", start_color="FFFFEB9C")
_NONE = PatternFill()
_COMMENT_WIDTH = 360
_LINE_HEIGHT = 18
_LINE_LENGTH = 55
_LARGEST_AREA = 100_000
"""Cells that openpyxl makes one by one for an area that a workbook names."""
_LARGEST_SHEETS = 10_000_000
_COLUMNS = ("row", "column", "heading", "severity", "value", "problem", "what to do")
_JOBS = "jobs"
_TEXT = "s"


def annotate(content: bytes, report: SheetReport) -> bytes:
    """Return the workbook a report is about, its cells coloured and commented.

    Text with delimiters becomes a workbook. Raises `SpreadsheetTooLarge` or
    `SpreadsheetUnreadable` if the workbook was readable, but cannot be written again.
    """
    table = report.table
    with unreadable_workbook():
        book = _own_workbook(content) if is_zip(content) else _as_workbook(table)
        sheet = next(each for each in book.worksheets if each.title == (table.sheet or _JOBS))
        _clear(sheet)
        by_cell: defaultdict[tuple[int, int], list[SheetProblem]] = defaultdict(list)
        for problem in report.problems:
            place = problem.place
            by_cell[place.row or table.heading_row, (place.index or 0) + 1].append(problem)
        for (row, column), problems in by_cell.items():
            _separate(sheet, row, column)
            _mark(sheet.cell(row, column), problems)
        if LIST in book.sheetnames:
            del book[LIST]
        _list(book.create_sheet(LIST), report.problems)
        written = BytesIO()
        book.save(written)
    return written.getvalue()


def _own_workbook(content: bytes) -> Workbook:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        _require_small(archive)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
    book = load_workbook(BytesIO(content), data_only=True, keep_links=False)
    book.calculation.fullCalcOnLoad = False
    return book


def _require_small(archive: zipfile.ZipFile) -> None:
    """Refuse what is read cell by cell at little cost, and as a whole at a high one."""
    parts = [part for part in archive.infolist() if part.filename.startswith("xl/worksheets/")]
    ranges = chain.from_iterable(areas(archive, part.filename) for part in parts)
    largest = max((_size(CellRange(area)) for area in ranges), default=0)
    if sum(part.file_size for part in parts) > _LARGEST_SHEETS or largest > _LARGEST_AREA:
        raise SpreadsheetTooLarge(
            "The workbook can be checked, but is too large to be given back with comments.",
            what_to_do="Copy the jobs alone into a new file, or read the list of problems.",
        )


def _size(area: CellRange) -> int:
    return area.size["columns"] * area.size["rows"]


def _as_workbook(table: Table) -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _JOBS
    rows = [(table.heading_row, table.headings)]
    rows += [(row.number, tuple(cell.text for cell in row.cells)) for row in table.rows]
    for number, texts in rows:
        for column, text in enumerate(texts, start=1):
            if text:
                _write(sheet, number, column, text)
    return book


def _clear(sheet: Worksheet) -> None:
    """Take off what an earlier check has written."""
    for cell in chain.from_iterable(sheet.iter_rows()):
        if cell.comment is not None and cell.comment.author == AUTHOR:
            cell.comment = None
            cell.fill = _NONE


def _separate(sheet: Worksheet, row: int, column: int) -> None:
    """Take a cell out of the area it is merged in, so that it can be marked and filled in."""
    if isinstance(sheet.cell(row, column), MergedCell):
        for area in list(sheet.merged_cells.ranges):
            if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
                sheet.unmerge_cells(area.coord)


def _mark(cell: Cell | MergedCell, problems: Sequence[SheetProblem]) -> None:
    texts = [_comment(problem) for problem in problems]
    if cell.comment is not None:
        texts.append(cell.comment.text)
    text = "\n\n".join(texts)
    lines = sum(1 + len(line) // _LINE_LENGTH for line in text.splitlines())
    cell.comment = Comment(text, AUTHOR, height=_LINE_HEIGHT * (lines + 1), width=_COMMENT_WIDTH)
    cell.fill = _ERROR if any(problem.is_error for problem in problems) else _WARNING


def _comment(problem: SheetProblem) -> str:
    return f"{problem.severity.title()}: {problem.text}\n{problem.advice}"


def _list(sheet: Worksheet, problems: Iterable[SheetProblem]) -> None:
    for number, column in enumerate(_COLUMNS, start=1):
        _write(sheet, 1, number, column).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for row, problem in enumerate(problems, start=2):
        content = problem.as_dict(None)
        place = [content[name] for name in ("row", "column", "heading", "severity", "value")]
        for number, value in enumerate([*place, problem.text, problem.advice], start=1):
            if value is not None:
                _write(sheet, row, number, str(value))
    for letter, width in zip("ABCDEFG", (6, 8, 24, 10, 30, 90, 60), strict=True):
        sheet.column_dimensions[letter].width = width


def _write(sheet: Worksheet, row: int, column: int, text: str) -> Cell | MergedCell:
    """Write a text that is never a formula."""
    cell = sheet.cell(row, column, text)
    cell.data_type = _TEXT
    return cell
