"""``aind-data-transfer template``."""

from pathlib import Path
from typing import Annotated

import typer

from . import options


def template(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", dir_okay=False, help="Where to write it.")
    ],
    server: options.Server = options.DEFAULT_SERVER,
    *,
    csv: Annotated[
        bool, typer.Option("--csv", help="Write CSV; the default if FILE ends with .csv.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    token: options.Token = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the spreadsheet to fill in, with the words that this service knows."""
    from ..client import Client
    from .output import print_json

    if file.exists() and not force:
        raise typer.BadParameter(f"{file} is there already; --force writes over it.")
    with Client(server, token=token) as client:
        content = client.template(csv=csv or file.suffix.lower() == ".csv")
    file.write_bytes(content)
    if as_json:
        print_json({"file": str(file), "bytes": len(content)})
    else:
        typer.echo(f"Wrote {file}")
