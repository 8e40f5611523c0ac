"""``aind-data-transfer demo``."""

from pathlib import Path
from typing import Annotated

import typer

from .exit_codes import ExitCode


def demo(
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the portal open afterwards, until Ctrl-C.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder", file_okay=False, metavar="DIR", help="Work in this folder, and keep it."
        ),
    ] = None,
) -> None:
    """Upload a sample session with a service of its own, and prove that it arrived.

    Everything is in one folder, which is removed afterwards unless --keep or --folder is given.
    """
    from .demonstration.run import run_demo

    if not run_demo(folder, keep=keep):
        raise typer.Exit(ExitCode.FAILED)
