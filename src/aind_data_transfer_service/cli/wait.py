"""``aind-data-transfer wait``."""

from typing import Annotated

import typer

from . import options
from .exit_codes import ExitCode


def wait(
    job: options.Job,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    timeout: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Wait no longer than this.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Wait until a job has ended, showing how far it is."""
    from ..client import Client, StillRunning
    from .job_end import require_success
    from .output import print_json
    from .progress import follow

    with Client(server, token=token) as client:
        try:
            ended = follow(client, job, timeout=timeout, quiet=as_json)
        except StillRunning as running:
            if as_json:
                print_json(client.job(job))
            else:
                typer.echo(f"{running.message} {running.what_to_do}", err=True)
            raise typer.Exit(ExitCode.STILL_RUNNING) from None
    if as_json:
        print_json(ended)
    require_success([ended], quiet=as_json)
