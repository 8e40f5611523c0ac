"""Why a file is not read as a spreadsheet."""

from ...errors import InvalidInput


class FileTypeInvalid(InvalidInput):
    """The file is no spreadsheet that the service reads."""

    code = "file_type_invalid"
    what_to_do_default = "Save the sheet as .xlsx or .csv."


class SpreadsheetUnreadable(InvalidInput):
    """The file cannot be read, though it is a spreadsheet by its name."""

    code = "spreadsheet_unreadable"
    what_to_do_default = "Open the file, save it again as .xlsx or as CSV UTF-8, and try that."


class SpreadsheetTooLarge(InvalidInput):
    """The file, or what is in it, is larger than any sensible sheet of jobs."""

    code = "spreadsheet_too_large"
    what_to_do_default = "Copy the jobs alone into a new file; for very many jobs, use several."


class SheetUnknown(InvalidInput):
    """The workbook has no sheet of that name."""

    code = "sheet_unknown"
    what_to_do_default = "Name one of the workbook's sheets, or none: the first with jobs is read."


class HeadingsMissing(InvalidInput):
    """No row has the headings of the template."""

    code = "headings_missing"
    what_to_do_default = (
        "Begin with the template (GET /api/job_upload_template, or `aind-data-transfer template"
        " FILE`) and keep its row of headings."
    )
