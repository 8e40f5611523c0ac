"""Sheets for tests, and what becomes of them."""

import csv
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any, Literal

from openpyxl import Workbook

from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.spreadsheet.check import JobUnderWay, check_sheet
from aind_data_transfer_service.intake.spreadsheet.folders import Seen
from aind_data_transfer_service.intake.spreadsheet.problems import SheetProblem
from aind_data_transfer_service.intake.spreadsheet.read import read_table
from aind_data_transfer_service.intake.spreadsheet.report import SheetReport
from aind_data_transfer_service.settings.spreadsheets import SpreadsheetSettings

from ...wire.v2.samples import PROJECTS
from ..preset_samples import presets

BUCKETS = {alias: f"s3://aind-{alias}-data" for alias in ("default", "private", "open")}
PRESETS = presets(
    {f"v2/{kind}/tasks/upload_data_to_s3": {} for kind in ("default", "ecephys", "custom")}
)
LIMITS = SpreadsheetSettings()

ROW: dict[str, str] = {
    "project_name": "Ephys Platform",
    "platform": "ecephys",
    "acq_datetime": "2020-10-13T13:10:10",
    "subject_id": "123456",
    "modality0": "ecephys",
    "modality0.input_source": "/data/ecephys",
}
ASSET = "ecephys_123456_2020-10-13_13-10-10"

Value = str | int | float | bool | datetime | None


def as_csv(rows: Sequence[Sequence[str]], *, delimiter: str = ",", line_end: str = "\r\n") -> str:
    """Write rows as spreadsheet programs do."""
    text = StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def as_workbook(rows: Sequence[Sequence[Value]], edit: Callable[[Workbook], object] = id) -> bytes:
    """Write rows into the first sheet of a workbook."""
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    edit(book)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def table_of(*rows: Mapping[str, Any], headings: Sequence[str] = ()) -> list[list[Any]]:
    """Return rows below their headings."""
    names = list(headings) or list(dict.fromkeys(name for row in rows for name in row))
    return [names, *([row.get(name, "") for name in names] for row in rows)]


def check(
    content: bytes | str,
    name: str = "jobs.csv",
    *,
    sheet: str | None = None,
    path_checks: Literal["off", "warn", "require"] = "off",
    look: Callable[[Collection[str]], Mapping[str, Seen]] | None = None,
    under_way: Callable[[Sequence[JobPlan]], Sequence[JobUnderWay | None]] | None = None,
    **policy: Any,
) -> SheetReport:
    """Read a sheet and judge its rows; folders are looked at by ``look`` alone."""
    data = content.encode() if isinstance(content, str) else content
    values: dict[str, Any] = {"bucket_urls": BUCKETS, "project_names": PROJECTS, "source_roots": ()}
    return check_sheet(
        read_table(name, data, LIMITS, sheet=sheet),
        IntakePolicy(path_checks=path_checks, **values | policy),
        PRESETS,
        look=look or (lambda paths: dict.fromkeys(paths, Seen(looked=False))),
        under_way=under_way or (lambda plans: [None] * len(plans)),
    )


def check_rows(*rows: Mapping[str, Any], **options: Any) -> SheetReport:
    """Judge rows, each over the sample row; None leaves a member's cell empty."""
    headings = list(dict.fromkeys([*ROW, *(name for row in rows for name in row)]))
    filled = [
        {name: text for name, text in {**ROW, **row}.items() if text is not None} for row in rows
    ]
    return check(as_csv(table_of(*filled, headings=headings)), **options)


def told(report: SheetReport, *, severity: str | None = None) -> list[tuple[str, str]]:
    """Return code and cell of each problem: ``("missing", "B2")``."""
    return [
        (problem.code, _cell(problem))
        for problem in report.problems
        if severity in (None, problem.severity)
    ]


def only_job(report: SheetReport) -> dict[str, Any]:
    """Return the job of a sheet with one good row."""
    assert [str(problem) for problem in report.problems if problem.is_error] == []
    [row] = report.good_rows
    assert row.job is not None
    return row.job


def _cell(problem: SheetProblem) -> str:
    content = problem.as_dict(None)
    return f"{content['column'] or ''}{content['row'] or ''}"
