"""Checks the spreadsheets that routes and pages are given."""

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..domain.plan import JobPlan
from ..engine.services.submit import under_way
from .service import Service

if TYPE_CHECKING:  # openpyxl is slow to import
    from ..intake.spreadsheet.check import JobUnderWay
    from ..intake.spreadsheet.folders import FolderLooker
    from ..intake.spreadsheet.report import SheetReport
    from ..intake.spreadsheet.table import Table


def check_file(
    service: Service, name: str, content: bytes, sheet: str | None = None
) -> "SheetReport":
    """Say what becomes of each row of a file.

    Parameters
    ----------
    service
        What it is judged by.
    name
        What the file is called.
    content
        Its bytes.
    sheet
        The sheet of a workbook to read; by default the first with jobs.

    Raises `InvalidInput` if nothing can be read.
    """
    from ..intake.spreadsheet.read import read_table

    return check_table(
        service, read_table(name, content, service.settings.spreadsheets, sheet=sheet or None)
    )


def check_table(service: Service, table: "Table") -> "SheetReport":
    """Say what becomes of each row of a sheet that is read already."""
    from ..intake.spreadsheet.check import check_sheet

    settings = service.settings
    look = partial(
        _looker().look,
        roots=[Path(root) for root in settings.source_roots],
        seconds=settings.spreadsheets.path_check_time.total_seconds(),
    )
    return check_sheet(
        table,
        service.lookups.policy(),
        service.lookups.snapshot(),
        look=look,
        under_way=partial(_under_way, service),
    )


@cache
def _looker() -> "FolderLooker":
    """Return the one looker of this process, whose threads start when they are needed."""
    from ..intake.spreadsheet.folders import FolderLooker

    return FolderLooker()


def _under_way(service: Service, plans: Sequence[JobPlan]) -> "list[JobUnderWay | None]":
    from ..intake.spreadsheet.check import JobUnderWay

    return [
        None
        if job is None
        else JobUnderWay(job.job_id, job.state, job.same, service.job_url(job.job_id))
        for job in under_way(service.database, plans)
    ]
