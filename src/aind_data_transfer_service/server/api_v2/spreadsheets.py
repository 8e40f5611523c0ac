"""Requests as spreadsheets: the template, and the route that will read them."""

from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from fastapi.responses import JSONResponse, Response

from ...errors import InvalidInput, TransferError
from ...identity.scopes import Scope
from ...ports.preset_store import PresetVersion
from ..access import needs
from ..api_v1.answers import VALIDATE_CSV, answer
from ..service import ServiceDep

router = APIRouter(tags=["V2"])

TEMPLATE = "/api/job_upload_template"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KINDS = {".csv", ".xlsx"}
_REFUSED = {
    "description": "The file is refused",
    "content": {
        "application/json": {
            "example": {
                "message": "There were errors",
                "data": {
                    "jobs": [],
                    "errors": ["This service does not read spreadsheets yet."],
                    "problems": [{"code": "spreadsheets_not_supported_yet"}],
                },
            }
        }
    },
}


class SpreadsheetsNotSupportedYet(InvalidInput):
    """Spreadsheets are not read yet."""

    code = "spreadsheets_not_supported_yet"
    what_to_do_default = (
        "Send the jobs as JSON: POST /api/v2/validate_json checks them, /api/v2/submit_jobs"
        " submits them; `aind-data-transfer submit FILE.json` does both."
    )


class FileTypeInvalid(InvalidInput):
    """The file is no spreadsheet by its name."""

    code = "file_type_invalid"
    what_to_do_default = "Save the sheet as .xlsx or .csv."


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
    status_code=406,
    response_class=JSONResponse,
    responses={406: _REFUSED},
    dependencies=[needs(Scope.SUBMIT)],
)
def validate_csv(
    file: Annotated[UploadFile, File(description="A .csv or .xlsx file.")],
) -> JSONResponse:
    """Say that spreadsheets are not read yet, and what to use instead."""
    if PurePath(file.filename or "").suffix.lower() not in _KINDS:
        return _refuse(FileTypeInvalid("Invalid input file type"))
    return _refuse(SpreadsheetsNotSupportedYet("This service does not read spreadsheets yet."))


def _refuse(error: TransferError) -> JSONResponse:
    data = {"jobs": [], "errors": [error.message], "problems": [error.as_dict()]}
    return answer("There were errors", data, status=406)
