"""``aind-data-transfer worker``: a worker alone."""

import json
from typing import Annotated

import typer

from . import options


def worker(
    end_programs: Annotated[
        bool,
        typer.Option(
            "--end-programs",
            help="When told to stop, end task programs too. Else they go on, and are found again.",
        ),
    ] = False,
    home: options.Home = None,
    config: options.Config = None,
    given: Annotated[str, typer.Option(hidden=True, help="Settings as JSON, from `up`.")] = "{}",
    parent: Annotated[
        int | None, typer.Option(hidden=True, help="End when this process is gone.")
    ] = None,
) -> None:
    """Carry jobs through until told to stop (SIGTERM); the web server runs apart."""
    from .service.given import given_settings
    from .service.start import load_and_log
    from .service.worker_process import run_worker

    settings = load_and_log(config, {**json.loads(given), **given_settings(home=home)})
    run_worker(settings, end_programs=end_programs, parent=parent)
