"""``aind-data-transfer retry``."""

from typing import Annotated

import typer

from . import options


def retry(
    job: options.Job,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    task: Annotated[
        str | None, typer.Option(metavar="TASK", help="Default: whatever failed.")
    ] = None,
    map_index: Annotated[
        int | None,
        typer.Option("--map-index", min=0, metavar="N", help="Only this element of the task."),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Queue a failed job again, from the task that failed."""
    from ..client import Client
    from .output import print_json

    if map_index is not None and task is None:
        raise typer.BadParameter("say which --task it belongs to.", param_hint="--map-index")
    with Client(server, token=token) as client:
        run = client.retry(job, task, map_index=map_index)
        found = client.job(job)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"Job {job}: {found.state}, run {run}")
