"""``aind-data-transfer cancel``."""

import typer

from . import options


def cancel(
    job: options.Job,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    as_json: options.AsJson = False,
) -> None:
    """End a job; one that runs ends within seconds."""
    from ..client import Client
    from .output import print_json

    with Client(server, token=token) as client:
        client.cancel(job)
        found = client.job(job)
    if as_json:
        print_json(found)
    elif found.is_finished:
        typer.echo(f"Job {job}: {found.state}")
    else:
        typer.echo(f"Job {job} is {found.state} and will be cancelled.")
