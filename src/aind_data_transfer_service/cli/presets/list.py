"""``aind-data-transfer presets list``."""

from typing import Annotated

import typer

from .. import options


def list_presets(
    server: options.Server = options.DEFAULT_SERVER,
    *,
    api: Annotated[
        options.ApiName | None, typer.Option("--api", help="Only those of this API's jobs.")
    ] = None,
    token: options.Token = None,
    as_json: options.AsJson = False,
) -> None:
    """List the presets."""
    from ...client import Client
    from ..output import print_json, print_table
    from ..units import utc

    apis: tuple[options.ApiName, ...] = (api,) if api else ("v1", "v2")
    with Client(server, token=token) as client:
        found = [item for one in apis for item in client.presets.list(one)]
    if as_json:
        print_json([item.model_dump(mode="json") for item in found])
        return
    print_table(
        ("API", "Job type", "Task", "Modality", "Changed (UTC)"),
        [
            (
                item.version,
                item.job_type,
                item.task_id,
                item.modality or "",
                utc(item.last_modified),
            )
            for item in found
        ],
    )
