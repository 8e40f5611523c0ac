"""Requests as spreadsheets: the template, what is wrong with a sheet, and the sheet marked up."""

from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import JSONResponse, Response

from ...errors import InvalidInput
from ...identity.scopes import Scope
from ...ports.preset_store import PresetVersion
from ..access import needs
from ..api_v1.answers import VALIDATE_CSV, VALIDATE_CSV_OLD, answer
from ..service import Service, ServiceDep
from ..spreadsheets import check_file
from .spreadsheet_examples import ANNOTATED, TEMPLATES, VALIDATE_ANSWERS, XLSX

if TYPE_CHECKING:  # openpyxl is slow to import
    from ...intake.spreadsheet.problems import SheetProblem

router = APIRouter(tags=["V2"])

TEMPLATE = "/api/job_upload_template"
ANNOTATE = f"{VALIDATE_CSV}/annotated"
_NAME = "job_upload_template"
_BUCKETS = ("default", "private", "open")
"""Those that V2 requests may name."""

Upload = Annotated[
    UploadFile, File(description="A sheet with a row for each job: .xlsx, .csv, .tsv or .txt.")
]
SheetName = Annotated[
    str | None,
    Form(description="Sheet to read. Default: the first with the template's headings."),
]
TemplateKind = Annotated[Literal["xlsx", "csv"], Query(description="Kind of file.")]


@router.get(
    TEMPLATE,
    summary="Return the spreadsheet to fill in",
    response_class=Response,
    responses=TEMPLATES,
)
def read_template(service: ServiceDep, format: TemplateKind = "xlsx") -> Response:  # noqa: A002 - the parameter's name
    """Return a sheet with one row per job, lists of this service's words, and examples."""
    if format == "csv":
        return _file(_csv_template(service), f"{_NAME}.csv", "text/csv; charset=utf-8")
    return _file(_workbook_template(service), f"{_NAME}.xlsx", XLSX)


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
        return answer("There were errors", without_rows([_whole(refused)]), status=406)
    if report.is_valid:
        return answer("Valid Data", report.as_dict())
    return answer("There were errors", report.as_dict(), status=406)


@router.post(
    ANNOTATE,
    summary="Return a spreadsheet with what is wrong written at its cells",
    response_class=Response,
    responses=ANNOTATED,
    dependencies=[needs(Scope.SUBMIT)],
)
def annotate_csv(service: ServiceDep, file: Upload, sheet: SheetName = None) -> Response:
    """Return the workbook, its cells coloured and commented; text with delimiters becomes one.

    The sheet `upload problems` lists all of it. Formulas are replaced by their saved values. The
    header `X-Problems` says how many errors there are.
    """
    from ...intake.spreadsheet.annotate import annotate

    content = file.file.read()
    name = file.filename or ""
    report = check_file(service, name, content, sheet)
    marked = _file(annotate(content, report), f"{PurePath(name).stem}-checked.xlsx", XLSX)
    marked.headers["X-Problems"] = str(sum(problem.is_error for problem in report.problems))
    return marked


def _workbook_template(service: Service) -> bytes:
    from ...intake.spreadsheet.template import build_template

    return build_template(
        job_types=tuple(service.lookups.snapshot().job_types(PresetVersion.V2)),
        project_names=tuple(service.lookups.project_names().names or ()),
        buckets=tuple(alias for alias in _BUCKETS if alias in service.settings.bucket_urls),
    )


def _csv_template(service: Service) -> bytes:
    from ...intake.spreadsheet.template import build_csv_template

    return build_csv_template(project_names=service.lookups.project_names().names or ())


def _file(content: bytes, name: str, media_type: str) -> Response:
    plain = name.encode("ascii", "replace").decode().translate({ord('"'): "_", ord("\\"): "_"})
    disposition = f'attachment; filename="{plain}"'
    if plain != name:
        disposition += f"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


def _whole(refused: InvalidInput) -> "SheetProblem":
    """Return the problem of a file that could not be read."""
    from ...intake.spreadsheet.problems import SheetProblem

    return SheetProblem(refused.code, refused.message, what_to_do=refused.what_to_do)
