"""Reads a file of any kind of spreadsheet that is taken."""

from dataclasses import replace
from pathlib import PurePosixPath

from ...settings.spreadsheets import SpreadsheetSettings
from .delimited import read_delimited
from .errors import SpreadsheetTooLarge
from .kinds import Kind, kind_of
from .table import FileNote, Table
from .workbook import read_workbook


def read_table(
    name: str, content: bytes, limits: SpreadsheetSettings, *, sheet: str | None = None
) -> Table:
    """Read the jobs' sheet of a file.

    Parameters
    ----------
    name
        What the file is called.
    content
        Its bytes, which decide on how it is read.
    limits
        How large it may be.
    sheet
        The sheet to read; by default the first with the template's headings.

    Raises
    ------
    FileTypeInvalid
        If it is no spreadsheet, or of a kind that is not read.
    SpreadsheetUnreadable
        If it is damaged.
    SpreadsheetTooLarge
        If it, or what is in it, is too large.
    SheetUnknown
        If there is no such sheet.
    HeadingsMissing
        If nothing in it has the template's headings.
    """
    if len(content) > limits.largest_file:
        raise SpreadsheetTooLarge(
            f"The file has {len(content):,} bytes; at most {limits.largest_file:,} are read."
        )
    name = PurePosixPath(name.replace("\\", "/")).name
    kind, as_named = kind_of(name, content)
    if kind is Kind.WORKBOOK:
        table = read_workbook(content, limits, sheet)
    else:
        table = read_delimited(content, limits)
    if as_named or not content:
        return table
    what = "a workbook" if kind is Kind.WORKBOOK else "text with delimiters"
    note = FileNote(
        "file_type_differs",
        f"{name!r} is {what}, not what its name says; it is read as that",
        "Nothing, if the preview is right. Else save the sheet again.",
    )
    return replace(table, notes=(note, *table.notes))
