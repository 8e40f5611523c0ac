"""``aind-data-transfer retry``."""

import typer

from . import options


def retry(
    job: options.Job,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    as_json: options.AsJson = False,
) -> None:
    """Queue a failed job again, from the first task that did not succeed."""
    from ..client import Client
    from .output import print_json

    with Client(server, token=token) as client:
        client.retry(job)
        found = client.job(job)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"Job {job}: {found.state}")
