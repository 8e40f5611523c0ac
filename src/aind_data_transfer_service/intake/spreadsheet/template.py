"""The workbook that users fill in, one row per job.

Its columns are those of the first service's template since v1.14. What a cell may hold is chosen
from lists, which lie on a hidden sheet because Excel allows no more than 255 characters in a cell's
own list.
"""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ...wire.vocabulary import MODALITIES, PLATFORMS

COLUMNS = (
    "job_type",
    "project_name",
    "platform",
    "acq_datetime",
    "subject_id",
    "metadata_dir",
    "modality0",
    "modality0.input_source",
    "modality1",
    "modality1.input_source",
)
"""Headers, in order; more modalities follow the same pattern."""

LAST_ROW = 1001
"""Rows 2 to this one are checked while they are filled in: as many jobs as a request may have."""

_FOLDER = "/allen/aind/stage/fake"
_EXAMPLES: tuple[tuple[str | None, ...], ...] = (
    ("default", "Behavior Platform", "behavior", "2023-10-04T04:00", "123456",
     f"{_FOLDER}/metadata_dir", "behavior-videos", f"{_FOLDER}/dir", "behavior", f"{_FOLDER}/dir"),
    ("default", "Ophys Platform - SLAP2", "SmartSPIM", "2023-03-04T16:30", "654321",
     f"{_FOLDER}/Config", "SPIM", f"{_FOLDER}/dir", None, None),
    ("default", "Ephys Platform", "ecephys", "2023-01-30T19:01", "654321",
     None, "ecephys", f"{_FOLDER}/dir", "behavior-videos", f"{_FOLDER}/dir"),
)  # fmt: skip
_WIDTH = 24
_TEXT = "s"
"""Kind of a cell with text, whatever it begins with: a name is no formula."""
_DATE_FORMAT = 'yyyy-mm-dd"T"hh:mm:ss'
_TEXT_FORMAT = "@"
"""Ids keep their leading zeros."""


def build_template(*, job_types: Sequence[str] = (), project_names: Sequence[str] = ()) -> bytes:
    """Return the workbook (.xlsx), with drop-downs for the lists that are not empty."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "jobs"
    sheet.append(COLUMNS)
    for example in _EXAMPLES:
        sheet.append(_row(example, project_names))
        sheet.cell(sheet.max_row, 2).data_type = _TEXT
    _lay_out(sheet)
    lists = book.create_sheet("lists")
    lists.sheet_state = "hidden"
    choices = {
        "job_type": (job_types, ["A"]),
        "project_name": (project_names, ["B"]),
        "platform": (PLATFORMS.abbreviations, ["C"]),
        "modality": (MODALITIES.abbreviations, ["G", "I"]),
    }
    for number, (name, (values, columns)) in enumerate(choices.items(), start=1):
        if values:
            area = _write_list(lists, number, name, values)
            book.defined_names[_list_name(name)] = DefinedName(_list_name(name), attr_text=area)
            _offer(sheet, name, columns)
    _require_dates(sheet, "D")
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _row(example: Sequence[str | None], projects: Sequence[str]) -> list[str | datetime | None]:
    """Return an example with a date and, where projects are known, one of them."""
    job_type, project, platform, acquired, *rest = example
    if projects and project not in projects:
        project = projects[0]
    return [job_type, project, platform, datetime.fromisoformat(acquired or ""), *rest]


def _lay_out(sheet: Worksheet) -> None:
    for number, header in enumerate(sheet[1], start=1):
        header.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    sheet.freeze_panes = "A2"
    for column, kind in (("D", _DATE_FORMAT), ("E", _TEXT_FORMAT)):
        sheet.column_dimensions[column].number_format = kind
        for row in range(2, len(_EXAMPLES) + 2):
            sheet[f"{column}{row}"].number_format = kind


def _write_list(sheet: Worksheet, column: int, name: str, values: Sequence[str]) -> str:
    for row, value in enumerate((name, *values), start=1):
        cell = sheet.cell(row, column, value)
        cell.data_type = _TEXT
    letter = get_column_letter(column)
    return f"{sheet.title}!${letter}$2:${letter}${len(values) + 1}"


def _list_name(name: str) -> str:
    return f"{name}_list"


def _offer(sheet: Worksheet, name: str, columns: Sequence[str]) -> None:
    rule = DataValidation(
        type="list",
        formula1=_list_name(name),
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=True,
        errorTitle=f"Invalid {name}",
        error=f"Invalid {name}.",
        promptTitle=name,
        prompt=f"Choose a {name} from the list",
    )
    for column in columns:
        rule.add(f"{column}2:{column}{LAST_ROW}")
    sheet.add_data_validation(rule)


def _require_dates(sheet: Worksheet, column: str) -> None:
    rule = DataValidation(
        type="date",
        operator="between",
        formula1="DATE(1990,1,1)",
        formula2="DATE(2100,1,1)",
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=True,
        errorTitle="Invalid datetime",
        error="Invalid datetime.",
        promptTitle="datetime",
        prompt="Provide a datetime using YYYY-MM-DDTHH:mm:ss",
    )
    rule.add(f"{column}2:{column}{LAST_ROW}")
    sheet.add_data_validation(rule)
