"""Requests as spreadsheets: the template, what is wrong with a sheet, and the sheet marked up."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import JSONResponse, Response

from ...errors import InvalidInput
from ...identity.scopes import Scope
from ...ports.preset_store import PresetVersion
from ..access import needs
from ..api_v1.answers import VALIDATE_CSV, VALIDATE_CSV_OLD, answer
from ..service import ServiceDep
from ..spreadsheets import check_file
from .spreadsheet_examples import VALIDATE_ANSWERS

if TYPE_CHECKING:  # openpyxl is slow to import
    from ...intake.spreadsheet.problems import SheetProblem

router = APIRouter(tags=["V2"])

TEMPLATE = "/api/job_upload_template"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_VALID = "Valid Data"
_NOT_VALID = "There were errors"

Upload = Annotated[
    UploadFile, File(description="A sheet with a row for each job: .xlsx, .csv, .tsv or .txt.")
]
SheetName = Annotated[
    str | None,
    Form(description="Sheet to read. Default: the first with the template's headings."),
]


@router.get(
    TEMPLATE,
    summary="Return the spreadsheet to fill in",
    response_class=Response,
    responses={
        200: {
            "description": "A workbook with one row per job, lists to choose from, and examples",
            "content": {_XLSX: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def read_template(service: ServiceDep) -> Response:
    """Return `job_upload_template.xlsx`, which offers this service's job types and projects."""
    from ...intake.spreadsheet.template import build_template  # openpyxl is slow to import

    content = build_template(
        job_types=service.lookups.snapshot().job_types(PresetVersion.V2),
        project_names=service.lookups.project_names().names or (),
    )
    disposition = "attachment; filename=job_upload_template.xlsx"
    return Response(content, media_type=_XLSX, headers={"Content-Disposition": disposition})


@router.post(
    VALIDATE_CSV,
    summary="Validate a spreadsheet",
    responses=VALIDATE_ANSWERS,
    dependencies=[needs(Scope.SUBMIT)],
)
@router.post(
    VALIDATE_CSV_OLD,
    summary="Validate a spreadsheet (older address)",
    responses=VALIDATE_ANSWERS,
    dependencies=[needs(Scope.SUBMIT)],
)
def validate_csv(service: ServiceDep, file: Upload, sheet: SheetName = None) -> JSONResponse:
    """Check all rows of a sheet and return the jobs of those that are right; submit nothing.

    `jobs` can be posted to `/api/v2/submit_jobs` as `upload_jobs`, whether or not other rows have
    errors. `problems` lists all that is wrong or doubtful, each with its cell; `errors` says the
    errors as text; `table` is what was read, and `rows` what each row would do.
    """
    from ...intake.spreadsheet.report import without_rows

    try:
        report = check_file(service, file.filename or "", file.file.read(), sheet)
    except InvalidInput as refused:
        return answer(_NOT_VALID, without_rows([_whole(refused)]), status=406)
    if report.is_valid:
        return answer(_VALID, report.as_dict())
    return answer(_NOT_VALID, report.as_dict(), status=406)


def _whole(refused: InvalidInput) -> "SheetProblem":
    """Return the problem of a file that could not be read."""
    from ...intake.spreadsheet.problems import SheetProblem

    return SheetProblem(refused.code, refused.message, what_to_do=refused.what_to_do)
