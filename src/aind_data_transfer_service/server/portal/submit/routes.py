"""The submit page, and what its buttons do."""

import secrets
from pathlib import PurePath

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ....identity.scopes import Scope
from ....intake.plan import describe
from ....metadata.options import MetadataOptions
from ...access import needs
from ...errors import PageUnknown
from ...health import look
from ...service import Caller, Service, ServiceDep
from ..render import page
from .check import annotated_file, annotated_rows, checked_file, checked_rows, plan_of_row
from .form import SubmitForm, SubmitFormDep, read_form
from .sending import NotTaken, RowsChanged, send
from .table import Table
from .view import SheetView, Trouble, view_sheet

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_FORM = [Depends(read_form), needs(Scope.SUBMIT)]
_NOTIFICATION_TYPES = (
    ("begin", "a job starts"),
    ("end", "a job is finished"),
    ("retry", "a step is tried again"),
    ("fail", "a job has failed"),
    ("all", "all of these"),
)
_USUAL_TYPES = ("fail",)
_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOTHING_CHOSEN = Trouble(
    "There is nothing to check yet",
    ("No file was chosen.",),
    "Choose a spreadsheet, or paste rows.",
)
_ROWS_CHANGED = Trouble(
    "Nothing was submitted",
    ("Meanwhile something stands against rows that were ready before.",),
    "Look at the problems below, then submit again.",
)


@router.get("/")
def show_submit(service: ServiceDep) -> HTMLResponse:
    """Ask for a spreadsheet."""
    return _page(service)


@router.post("/", dependencies=_FORM)
def check_rows(service: ServiceDep, form: SubmitFormDep) -> HTMLResponse:
    """Check a new spreadsheet, or the rows as they were mended, and show what was found."""
    return _checked_page(service, form)


@router.post("/rows.csv", dependencies=_FORM)
def download_rows(form: SubmitFormDep) -> Response:
    """Give back the rows as they were mended."""
    return _file(_table(form).as_download(), f"{PurePath(form.name).stem}.csv", _CSV)


@router.post("/checked.xlsx", dependencies=_FORM)
def download_checked(service: ServiceDep, form: SubmitFormDep) -> Response:
    """Give back the file that was chosen, else the rows, with each problem at its cell."""
    if form.upload is not None:
        name, content = form.upload.name, annotated_file(service, *form.upload)
    else:
        name, content = form.name, annotated_rows(service, _table(form))
    return _file(content, f"{PurePath(name).stem}-checked.xlsx", _XLSX)


@router.post("/plan", dependencies=_FORM)
def show_plan(service: ServiceDep, form: SubmitFormDep) -> HTMLResponse:
    """Show all that the job of one row would do."""
    plan = plan_of_row(service, _table(form).only([form.row or 0]))
    if plan is None:
        raise PageUnknown(f"Row {form.row} is no job as it is now.")
    tools = MetadataOptions.from_settings(service.settings).has_tools
    described = describe(plan, slurm=service.settings.slurm, tools=tools)
    return page("plan.html", row=form.row, plan=described, request=plan.request)


@router.post("/submit", dependencies=_FORM, response_model=None)
def submit_rows(
    service: ServiceDep, form: SubmitFormDep, caller: Caller
) -> HTMLResponse | RedirectResponse:
    """Submit the rows that were shown as ready, all or none, and go to their jobs."""
    try:
        submission_id = send(service, form, _table(form).only(form.rows), caller)
    except RowsChanged:
        return _checked_page(service, form, _ROWS_CHANGED)
    except NotTaken as refused:
        return _checked_page(service, form, refused.trouble)
    return RedirectResponse(f"/submissions/{submission_id}", status_code=303)


def _checked_page(
    service: Service, form: SubmitForm, trouble: Trouble | None = None
) -> HTMLResponse:
    if form.upload is not None:
        name, draft = form.upload.name, _new_draft()
        checked = checked_file(service, *form.upload)
    elif form.table is not None:
        name, draft = form.name, form.draft
        checked = checked_rows(service, form.table)
    else:
        return _page(service, trouble=_NOTHING_CHOSEN)
    view = view_sheet(
        checked,
        page=form.page,
        only_problems=form.only_problems,
        kept=form.kept,
        go=form.go,
    )
    return _page(
        service,
        draft=draft,
        name=name,
        view=view,
        email=form.email,
        notify=form.notify if form.table is not None else _USUAL_TYPES,
        trouble=trouble,
    )


def _page(
    service: Service,
    *,
    draft: str = "",
    name: str = "",
    view: SheetView | None = None,
    email: str = "",
    notify: tuple[str, ...] = _USUAL_TYPES,
    trouble: Trouble | None = None,
) -> HTMLResponse:
    return page(
        "submit.html",
        draft=draft,
        name=name,
        view=view,
        email=email,
        notify=notify,
        trouble=trouble,
        notification_types=_NOTIFICATION_TYPES,
        base_url=service.settings.base_url,
        health=look(service),
    )


def _table(form: SubmitForm) -> Table:
    """Return the rows the form carries; raises `PageUnknown` if it carries none."""
    if form.table is None:
        raise PageUnknown("The form carries no rows.", what_to_do="Choose a file at / first.")
    return form.table


def _new_draft() -> str:
    return secrets.token_urlsafe(12)


def _file(content: bytes, name: str, media_type: str) -> Response:
    # Nothing in the name could end the header's text.
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " -_.") else "_" for c in name)
    headers = {"Content-Disposition": f'attachment; filename="{plain}"'}
    return Response(content, media_type=media_type, headers=headers)
