"""The program ``aind-data-transfer``."""

from collections.abc import Callable
from typing import Annotated

import typer

from .. import __version__
from . import (
    cancel,
    demo,
    doctor,
    jobs,
    logs,
    plan,
    retry,
    serve,
    setup,
    show,
    submit,
    template,
    tokens,
    up,
    validate,
    verify,
    wait,
    worker,
)
from .failures import reports_errors
from .presets import history, list_presets, restore, set_preset
from .presets import show as show_preset

_SERVICE = "Run the service"
_JOBS = "Upload data"

_COMMANDS: tuple[tuple[str, Callable[..., None]], ...] = (
    (_JOBS, validate.validate),
    (_JOBS, plan.plan),
    (_JOBS, submit.submit),
    (_JOBS, template.template),
    (_JOBS, jobs.jobs),
    (_JOBS, show.show),
    (_JOBS, wait.wait),
    (_JOBS, logs.logs),
    (_JOBS, cancel.cancel),
    (_JOBS, retry.retry),
    (_JOBS, verify.verify),
    (_SERVICE, up.up),
    (_SERVICE, serve.serve),
    (_SERVICE, worker.worker),
    (_SERVICE, doctor.doctor),
    (_SERVICE, demo.demo),
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

for panel, command in _COMMANDS:
    app.command(rich_help_panel=panel)(reports_errors(command))

tokens_app = typer.Typer(no_args_is_help=True, help="Make, list and revoke tokens.")
for name, command in (
    ("create", tokens.create),
    ("list", tokens.list_tokens),
    ("revoke", tokens.revoke),
):
    tokens_app.command(name)(reports_errors(command))
app.add_typer(tokens_app, name="tokens", rich_help_panel=_SERVICE)

presets_app = typer.Typer(no_args_is_help=True, help="List, show, set and restore presets.")
for name, command in (
    ("list", list_presets),
    ("show", show_preset),
    ("set", set_preset),
    ("history", history),
    ("restore", restore),
):
    presets_app.command(name)(reports_errors(command))
app.add_typer(presets_app, name="presets", rich_help_panel=_JOBS)

setup_app = typer.Typer(no_args_is_help=True)
setup_app.command("metadata")(reports_errors(setup.metadata))


@setup_app.callback()
def about_setup() -> None:
    """Make what the service needs beside its own packages."""


app.add_typer(setup_app, name="setup", rich_help_panel=_SERVICE)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aind-data-transfer {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Move recorded sessions from a shared drive to the cloud, whole and verified.

    Exit codes: 0 done, 1 failed, 2 usage or invalid input, 3 still running, 4 not reachable.
    """
    del version  # its callback has done it


def main() -> None:
    """Run the command line."""
    app()
