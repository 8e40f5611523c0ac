"""``aind-data-transfer jobs``."""

from typing import Annotated

import typer

from . import options


def jobs(
    server: options.Server = options.DEFAULT_SERVER,
    *,
    token: options.Token = None,
    state: Annotated[
        list[str] | None, typer.Option(help="Only jobs in this state; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 25,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many of the newest.")] = 0,
    as_json: options.AsJson = False,
) -> None:
    """List jobs, newest first."""
    from ..client import Client
    from .output import print_json, print_table, state_text
    from .units import decimal_bytes, time_taken, utc

    with Client(server, token=token) as client:
        page = client.jobs(states=tuple(state or ()), limit=limit, offset=offset)
    if as_json:
        print_json(page)
        return
    print_table(
        ("Job", "State", "Asset", "Submitted (UTC)", "Took", "Size"),
        [
            (
                job.job_id,
                state_text(job.state),
                job.asset_name,
                utc(job.created_at),
                time_taken(job.started_at, job.ended_at),
                decimal_bytes(job.bytes) if job.bytes is not None else "",
            )
            for job in page.jobs
        ],
    )
    typer.echo(f"{len(page.jobs)} of {page.total} jobs")
