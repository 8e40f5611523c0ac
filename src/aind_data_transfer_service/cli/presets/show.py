"""``aind-data-transfer presets show``."""

from typing import Annotated

import typer

from .. import options
from .arguments import Api, JobType, Modality, Task


def show(
    job_type: JobType,
    task: Task,
    modality: Modality = None,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    revision: Annotated[
        str | None,
        typer.Option(metavar="REVISION", help="As it was then; see `presets history`."),
    ] = None,
    api: Api = "v2",
    token: options.Token = None,
    as_json: options.AsJson = False,
) -> None:
    """Print the value of a preset as JSON, and its revision on standard error."""
    from ...client import Client, PresetAddress
    from ..output import print_json

    address = PresetAddress(api, job_type, task, modality)
    with Client(server, token=token) as client:
        presets = client.presets
        found = presets.get(address) if revision is None else presets.at(address, revision)
    if as_json:
        print_json({"preset": str(address), **found.model_dump(mode="json")})
        return
    typer.echo(f"{address}, revision {found.revision}", err=True)
    print_json(found.value)
