"""``aind-data-transfer validate``."""

import typer

from . import options
from .exit_codes import ExitCode
from .sheet_file import check_sheet, is_sheet, show_sheet


def validate(
    file: options.Request,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    api: options.Api = None,
    as_json: options.AsJson = False,
) -> None:
    """Say what is wrong with a request, or with each row of a spreadsheet, submitting nothing."""
    from ..client import Client
    from .output import print_json
    from .problem_table import print_problems

    with Client(server, token=token) as client:
        if is_sheet(file):
            sheet = check_sheet(client, file)
            show_sheet(sheet, as_json=as_json)
            if not sheet.valid:
                raise typer.Exit(ExitCode.USAGE)
            return
        answer = client.validate(file.read(), api=api)
    if as_json:
        print_json(answer)
    elif answer.valid:
        typer.echo("The request is valid.")
        if answer.warnings:
            typer.echo(f"\nWarnings: {len(answer.warnings)}")
            print_problems(answer.warnings)
    else:
        typer.echo(f"The request is not valid. Problems: {len(answer.problems)}")
        print_problems(answer.problems)
    if not answer.valid:
        raise typer.Exit(ExitCode.USAGE)
