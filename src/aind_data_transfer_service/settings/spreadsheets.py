"""How large a spreadsheet may be, and how long its folders are looked at."""

from datetime import timedelta

from pydantic import PositiveInt

from .section import Period, Section


class SpreadsheetSettings(Section):
    """How large a spreadsheet may be, and how long its folders are looked at."""

    largest_file: PositiveInt = 10_000_000
    """Bytes."""
    largest_content: PositiveInt = 50_000_000
    """Bytes of a workbook once it is unpacked."""
    columns: PositiveInt = 500
    """Most columns of a sheet."""
    path_check_time: Period = timedelta(seconds=2)
    """How long an answer waits for the folders that a sheet names; a share that hangs costs no
    more."""
