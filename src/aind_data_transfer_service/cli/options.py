"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

DEFAULT_SERVER = "http://127.0.0.1:5000"

Server = Annotated[
    str,
    typer.Option(
        "--server", envvar="AIND_DATA_TRANSFER_SERVER", metavar="URL", help="Where the service is."
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="AIND_DATA_TRANSFER_TOKEN",
        metavar="TOKEN",
        help="What the service asks of machines it does not trust.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Job = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job.")]
Request = Annotated[
    typer.FileBinaryRead,
    typer.Argument(
        metavar="FILE",
        help="A request as JSON, or a spreadsheet; - reads JSON from standard input.",
    ),
]
ApiName = Literal["v1", "v2"]
Api = Annotated[
    ApiName | None, typer.Option("--api", help="Which API it is for; default: told by the request.")
]
Config = Annotated[
    Path | None,
    typer.Option("--config", exists=True, dir_okay=False, metavar="FILE", help="Settings as TOML."),
]
Home = Annotated[
    Path | None,
    typer.Option(
        "--home", file_okay=False, metavar="DIR", help="Folder of all that the service keeps."
    ),
]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on; 0: any free one.")]
