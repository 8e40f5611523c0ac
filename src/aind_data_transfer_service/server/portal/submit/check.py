"""Checks a spreadsheet, or rows that a page carries."""

from ....domain.plan import JobPlan
from ....errors import InvalidInput
from ...service import Service
from ...spreadsheets import check_file
from .checked import CheckedSheet, SheetProblem
from .table import Table

_NAME = "rows.csv"


def checked_file(service: Service, name: str, content: bytes) -> CheckedSheet:
    """Return all that is known of a spreadsheet, even if it cannot be read."""
    try:
        return CheckedSheet.model_validate(check_file(service, name, content).as_dict())
    except InvalidInput as wrong:
        problem = SheetProblem(
            code=wrong.code,
            severity="error",
            message=wrong.message,
            what_to_do=wrong.what_to_do,
        )
        return CheckedSheet(jobs=[], problems=[problem], table=Table(headings=[], rows=[]))


def checked_rows(service: Service, table: Table) -> CheckedSheet:
    """Return all that is known of rows that a page carries."""
    checked = checked_file(service, _NAME, table.as_csv())
    checked.table.sheet = table.sheet
    return checked


def plan_of_row(service: Service, table: Table) -> JobPlan | None:
    """Return the plan of the only row of a table; None if it is no job."""
    rows = check_file(service, _NAME, table.as_csv()).rows
    return rows[0].plan if rows else None


def annotated_file(service: Service, name: str, content: bytes) -> bytes:
    """Return a workbook with what is wrong written at its cells; raises `InvalidInput`."""
    from ....intake.spreadsheet.annotate import annotate  # openpyxl is slow to import

    return annotate(content, check_file(service, name, content))


def annotated_rows(service: Service, table: Table) -> bytes:
    """Return rows that a page carries as such a workbook."""
    return annotated_file(service, _NAME, table.as_csv())
