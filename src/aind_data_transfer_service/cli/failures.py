"""How an error leaves the command line: said on standard error, and as an exit code."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

import typer

from ..errors import InvalidInput, SettingsInvalid, TransferError
from .exit_codes import ExitCode

_SERVER = "server"
_TRANSFORMS = "transforms"
EXTRAS = {
    "alembic": _SERVER,
    "boto3": _SERVER,
    "bson": _SERVER,
    "codeocean": _SERVER,
    "dbos": _SERVER,
    "fastapi": _SERVER,
    "itsdangerous": _SERVER,
    "jinja2": _SERVER,
    "obstore": _SERVER,
    "openpyxl": _SERVER,
    "psutil": _SERVER,
    "psycopg": _SERVER,
    "pymongo": _SERVER,
    "pydantic_settings": _SERVER,
    "sqlalchemy": _SERVER,
    "uvicorn": _SERVER,
    "PIL": _TRANSFORMS,
    "av": _TRANSFORMS,
    "deflate": _TRANSFORMS,
    "neo": _TRANSFORMS,
    "numba": _TRANSFORMS,
    "numcodecs": _TRANSFORMS,
    "numpy": _TRANSFORMS,
    "pcodec": _TRANSFORMS,
    "spikeinterface": _TRANSFORMS,
    "zarr": _TRANSFORMS,
}
"""Import name of a library → the extra that brings it."""


class ExtraMissing(SettingsInvalid):
    """A library that only some commands need is not installed."""

    code = "extra_missing"

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"This needs {library}, which is not installed.",
            what_to_do=f"Install it: pip install 'aind-data-transfer-service[{extra}]'",
            library=library,
            extra=extra,
        )


def reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Make a command say what went wrong and end with the exit code that goes with it."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        as_json = bool(options.get("as_json"))
        try:
            command(*args, **options)
        except TransferError as problem:
            raise _end(problem, as_json=as_json) from None
        except ModuleNotFoundError as missing:
            library = (missing.name or "").partition(".")[0]
            if library not in EXTRAS:
                raise
            raise _end(ExtraMissing(library, EXTRAS[library]), as_json=as_json) from None

    return run


def exit_code(problem: TransferError) -> ExitCode:
    """Return the exit code that goes with an error."""
    from ..client.errors import RequestRefused, ServiceUnreachable

    if isinstance(problem, ServiceUnreachable):
        return ExitCode.UNREACHABLE
    invalid = isinstance(problem, InvalidInput | SettingsInvalid) or (
        isinstance(problem, RequestRefused) and problem.is_invalid_input
    )
    return ExitCode.USAGE if invalid else ExitCode.FAILED


def _end(problem: TransferError, *, as_json: bool) -> typer.Exit:
    if as_json:
        typer.echo(json.dumps(problem.as_dict(), indent=2), err=True)
    else:
        typer.secho(f"Error: {problem.message}", err=True, fg=typer.colors.RED)
        typer.echo(f"What to do: {problem.what_to_do}", err=True)
        typer.echo(f"Code: {problem.as_dict()['code']}", err=True)
    return typer.Exit(exit_code(problem))
