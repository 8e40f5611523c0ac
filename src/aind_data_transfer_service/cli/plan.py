"""``aind-data-transfer plan``."""

from typing import TYPE_CHECKING

import typer

from . import options
from .exit_codes import ExitCode
from .sheet_file import check_sheet, is_sheet, show_sheet

if TYPE_CHECKING:
    from ..client import Client, Plan, RequestRefused


def plan(
    file: options.Request,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    api: options.Api = None,
    as_json: options.AsJson = False,
) -> None:
    """Tell all that a request, or a spreadsheet's valid rows, would do, doing none of it."""
    from ..client import Client, RequestRefused

    with Client(server, token=token) as client:
        if is_sheet(file):
            _plan_sheet(client, file, as_json=as_json)
            return
        try:
            found = client.plan(file.read(), api=api)
        except RequestRefused as refused:
            if as_json or "problems" not in refused.details:
                raise
            _show_problems(refused)
            raise typer.Exit(ExitCode.USAGE) from None
    _show(found, as_json=as_json)


def _plan_sheet(client: "Client", file: typer.FileBinaryRead, *, as_json: bool) -> None:
    sheet = check_sheet(client, file)
    if not sheet.jobs or (sheet.problems and not as_json):
        show_sheet(sheet, as_json=as_json)
    if sheet.jobs:
        _show(client.plan({"upload_jobs": list(sheet.jobs)}, api="v2"), as_json=as_json)
    if not sheet.valid:
        raise typer.Exit(ExitCode.USAGE)


def _show(found: "Plan", *, as_json: bool) -> None:
    from .output import print_json
    from .plan_view import print_plan
    from .problem_table import print_problems

    if as_json:
        print_json(found)
        return
    print_plan(found)
    if found.warnings:
        typer.echo(f"Warnings: {len(found.warnings)}")
        print_problems(found.warnings)


def _show_problems(refused: "RequestRefused") -> None:
    from ..client import Problem
    from .problem_table import print_problems

    problems = [Problem.model_validate(item) for item in refused.details["problems"]]
    typer.echo(f"The request is not valid. Problems: {len(problems)}")
    print_problems(problems)
