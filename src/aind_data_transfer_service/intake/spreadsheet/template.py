"""The files that users fill in, one row per job: a workbook, and plain CSV.

Their first columns are those of the first service's template since v1.14. What a cell may hold is
chosen from lists, which lie on a hidden sheet because Excel allows no more than 255 characters in a
cell's own list.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ...wire.v2.limits import MOST_JOBS
from ...wire.vocabulary import MODALITIES, PLATFORMS
from .formulas import as_plain_text
from .template_columns import COLUMNS, HEADINGS, ColumnKind, TemplateColumn, example_rows

PREPARED_ROWS = 200
"""Rows whose cells have the formats of their columns."""
LAST_ROW = MOST_JOBS + 1
"""Rows 2 to this one are checked while they are filled in: as many jobs as a request may have."""

_WIDTH = 24
_TEXT = "s"
"""Kind of a cell with text, whatever it begins with: a name is no formula."""
_FORMATS = {ColumnKind.DATE: 'yyyy-mm-dd"T"hh:mm:ss', ColumnKind.TEXT: "@"}
"""Ids keep their leading zeros."""
_REQUIRED = PatternFill("solid", start_color="FFDCE6F1")
_COMMENT_SIZE = {"width": 300, "height": 110}
_AUTHOR = "aind-data-transfer"


@lru_cache(maxsize=4)
def build_template(
    *,
    job_types: tuple[str, ...] = (),
    project_names: tuple[str, ...] = (),
    buckets: tuple[str, ...] = (),
) -> bytes:
    """Return the workbook (.xlsx), with drop-downs for the lists that are not empty."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "jobs"
    _write_headings(sheet)
    for row, example in enumerate(example_rows(project_names), start=2):
        _write_example(sheet, row, example)
    _prepare_rows(sheet)
    lists = book.create_sheet("lists")
    lists.sheet_state = "hidden"
    choices: Mapping[ColumnKind, Sequence[str]] = {
        ColumnKind.JOB_TYPE: job_types,
        ColumnKind.PROJECT: project_names,
        ColumnKind.PLATFORM: PLATFORMS.abbreviations,
        ColumnKind.MODALITY: MODALITIES.abbreviations,
        ColumnKind.BUCKET: buckets,
    }
    for number, (kind, values) in enumerate(choices.items(), start=1):
        if values:
            name = f"{kind.name.lower()}_list"
            area = _write_list(lists, number, kind.name.lower(), values)
            book.defined_names[name] = DefinedName(name, attr_text=area)
            sheet.add_data_validation(_choice(kind, name))
    sheet.add_data_validation(_dates())
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def build_csv_template(*, project_names: Sequence[str] = ()) -> bytes:
    """Return the same as CSV: UTF-8 with a mark, by which Excel knows it."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for row in example_rows(project_names):
        writer.writerow([as_plain_text(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _write_headings(sheet: Worksheet) -> None:
    for number, column in enumerate(COLUMNS, start=1):
        cell = sheet.cell(1, number, column.heading)
        cell.font = Font(bold=True)
        if column.required:
            cell.fill = _REQUIRED
        cell.comment = Comment(_help(column), _AUTHOR, **_COMMENT_SIZE)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    sheet.freeze_panes = "A2"


def _help(column: TemplateColumn) -> str:
    return f"{'Required' if column.required else 'Optional'}. {column.help}"


def _write_example(sheet: Worksheet, row: int, example: Sequence[str]) -> None:
    for number, (column, text) in enumerate(zip(COLUMNS, example, strict=True), start=1):
        if column.kind is ColumnKind.DATE:
            sheet.cell(row, number, datetime.fromisoformat(text))
        elif text:
            sheet.cell(row, number, text).data_type = _TEXT


def _prepare_rows(sheet: Worksheet) -> None:
    for number, column in enumerate(COLUMNS, start=1):
        if (form := _FORMATS.get(column.kind)) is None:
            continue
        sheet.column_dimensions[get_column_letter(number)].number_format = form
        for row in range(2, PREPARED_ROWS + 2):
            sheet.cell(row, number).number_format = form


def _write_list(sheet: Worksheet, column: int, name: str, values: Sequence[str]) -> str:
    for row, value in enumerate((name, *values), start=1):
        sheet.cell(row, column, value).data_type = _TEXT
    letter = get_column_letter(column)
    return f"{sheet.title}!${letter}$2:${letter}${len(values) + 1}"


def _choice(kind: ColumnKind, list_name: str) -> DataValidation:
    word = kind.name.lower()
    rule = DataValidation(
        type="list",
        formula1=list_name,
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=True,
        errorTitle=f"Unknown {word}",
        error="Choose one of the list.",
        promptTitle=word,
        prompt="Choose one of the list.",
    )
    return _applied(rule, kind)


def _dates() -> DataValidation:
    rule = DataValidation(
        type="date",
        operator="between",
        formula1="DATE(1990,1,1)",
        formula2="DATE(2100,1,1)",
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=True,
        errorTitle="Not a date and time",
        error="Write it as 2024-05-27 16:07:59.",
        promptTitle="acq_datetime",
        prompt="Date and time, such as 2024-05-27 16:07:59",
    )
    return _applied(rule, ColumnKind.DATE)


def _applied(rule: DataValidation, kind: ColumnKind) -> DataValidation:
    for number, column in enumerate(COLUMNS, start=1):
        if column.kind is kind:
            letter = get_column_letter(number)
            rule.add(f"{letter}2:{letter}{LAST_ROW}")
    return rule
