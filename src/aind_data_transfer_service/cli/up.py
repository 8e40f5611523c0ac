"""``aind-data-transfer up``: the whole service on one machine."""

from pathlib import Path
from typing import Annotated

import typer

from . import options


def up(
    *,
    host: options.Host = None,
    port: options.Port = None,
    home: options.Home = None,
    source_root: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Folder that sources must lie in; may be repeated."),
    ] = None,
    project_name: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Project that requests may name; may be repeated."),
    ] = None,
    bucket: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ALIAS=URL", help="s3://bucket or file:///folder of an alias; may be repeated."
        ),
    ] = None,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Whether to carry jobs through here.")
    ] = True,
    config: options.Config = None,
) -> None:
    """Run the web server and a worker on this machine until Ctrl-C.

    Needs nothing else: by default everything is kept in one folder, the home.
    """
    from .service.everything import run_everything
    from .service.given import bucket_urls, given_settings

    run_everything(
        config,
        given_settings(
            host=host,
            port=port,
            home=home,
            source_roots=source_root,
            project_names=project_name,
            buckets=bucket_urls(bucket or []),
        ),
        with_worker=worker,
    )
