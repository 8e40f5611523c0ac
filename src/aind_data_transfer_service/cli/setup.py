"""``aind-data-transfer setup``: makes what the service needs beside its own packages."""

from pathlib import Path
from typing import Annotated

import typer

from . import options


def metadata(
    *,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where to put them; default: `metadata.folder`, or `metadata` in home."),
    ] = None,
    home: options.Home = None,
    config: options.Config = None,
) -> None:
    """Make the environments of the tools for metadata: the mapper, and aind-data-schema 2.x.

    Needs the package registry and 500 MB. What is there already and of this release is kept.
    """
    from ..metadata.setup import is_current, make
    from ..metadata.tools import TOOLS, tools_folder
    from ..settings import load_settings
    from .service.given import given_settings

    settings = load_settings(config, **given_settings(home=home))
    place = folder.absolute() if folder else tools_folder(settings)
    for tool in TOOLS:
        if is_current(place, tool):
            typer.echo(f"{tool}: is there, in {place / tool}")
            continue
        typer.echo(f"{tool}: making {place / tool}; it may take some minutes …")
        make(place, tool)
    if place != tools_folder(settings):
        typer.echo(f'Set metadata.folder to "{place}", so that the service finds them.')
    typer.echo("Done.")
