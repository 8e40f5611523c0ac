"""``aind-data-transfer submit``."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from . import options
from .exit_codes import ExitCode
from .sheet_file import check_sheet, is_sheet, show_sheet

if TYPE_CHECKING:
    from ..client import Client, Problem, Submission

_UNDER_WAY = "job_under_way"


def submit(
    file: options.Request,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until every job has ended.")] = False,
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Submit a sheet's good rows without the bad ones.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about warnings.")] = False,
    api: options.Api = None,
    idempotency_key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="Sent again with its key, a JSON request queues nothing twice."
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Submit a request or the rows of a spreadsheet: all jobs are queued, or none."""
    from ..client import Client
    from .output import print_json

    if idempotency_key and is_sheet(file):
        raise typer.BadParameter("is for JSON requests only.", param_hint="--idempotency-key")
    ask = not yes and not as_json and sys.stdin.isatty()
    with Client(server, token=token) as client:
        if is_sheet(file):
            submission = _submit_sheet(client, file, good_rows=good_rows, ask=ask, as_json=as_json)
        else:
            request = file.read()
            _require_valid(client, request, api, idempotency_key, ask=ask, as_json=as_json)
            submission = _submit(client, request, api, idempotency_key or str(uuid4()))
        if as_json and not wait:
            print_json(submission)
        elif not as_json:
            _say(submission)
        if wait:
            _wait(client, submission, as_json=as_json)


def _submit_sheet(
    client: "Client", file: typer.FileBinaryRead, *, good_rows: bool, ask: bool, as_json: bool
) -> "Submission":
    answer = check_sheet(client, file)
    ready = bool(answer.jobs) and (answer.valid or good_rows)
    if not ready or (answer.problems and not as_json):
        show_sheet(answer, as_json=as_json)
    if not ready:
        if not as_json:
            hint = " --good-rows submits the others." if answer.jobs else ""
            typer.echo(f"Nothing was submitted.{hint}")
        raise typer.Exit(ExitCode.USAGE)
    if answer.problems and ask:
        typer.confirm("Submit all the same?", abort=True)
    return client.submit_jobs(answer.jobs)


def _submit(
    client: "Client", request: bytes, api: options.ApiName | None, key: str
) -> "Submission":
    from ..client import ServiceUnreachable

    try:
        return client.submit(request, api=api, idempotency_key=key)
    except ServiceUnreachable as lost:
        raise ServiceUnreachable(
            f"{lost.message} Whether the request was taken is not known.",
            what_to_do=f"Submit it again with --idempotency-key {key}: nothing is queued twice.",
            **lost.details,
        ) from lost


def _require_valid(
    client: "Client",
    request: bytes,
    api: options.ApiName | None,
    key: str | None,
    *,
    ask: bool,
    as_json: bool,
) -> None:
    from .output import print_json

    answer = client.validate(request, api=api)
    if not answer.valid:
        if key and all(problem.code == _UNDER_WAY for problem in answer.problems):
            return  # as it must be if the request was taken before; the service knows by the key
        if as_json:
            print_json(answer)
        else:
            _show("The request is not valid, nothing was submitted.", answer.problems)
        raise typer.Exit(ExitCode.USAGE)
    if answer.warnings and not as_json:
        _show("Warnings:", answer.warnings)
        if ask:
            typer.confirm("Submit all the same?", abort=True)


def _show(heading: str, problems: "Sequence[Problem]") -> None:
    from .problem_table import print_problems

    typer.echo(heading)
    print_problems(problems)


def _say(submission: "Submission") -> None:
    for job in submission.jobs:
        what = "Submitted" if job.new else "Under way already:"
        typer.echo(f"{what} {job.asset_name} as job {job.job_id}")


def _wait(client: "Client", submission: "Submission", *, as_json: bool) -> None:
    from .job_end import require_success
    from .output import print_json
    from .progress import follow

    ended = [follow(client, job.job_id, timeout=None, quiet=as_json) for job in submission.jobs]
    if as_json:
        print_json([job.model_dump(mode="json") for job in ended])
    require_success(ended, quiet=as_json)
