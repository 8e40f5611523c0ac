"""Requests that are spreadsheets, told by their names."""

from pathlib import PurePath
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..client import Client, SheetProblem, SheetValidation

# Those that the service refuses are told so by it, with what to do.
_SUFFIXES = frozenset(
    {".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods"}
)


def is_sheet(file: typer.FileBinaryRead) -> bool:
    """Whether a file is a spreadsheet by its name; standard input is not."""
    return _name(file).suffix.lower() in _SUFFIXES


def check_sheet(client: "Client", file: typer.FileBinaryRead) -> "SheetValidation":
    """Return what the service thinks of a sheet."""
    return client.validate_sheet(_name(file).name, file.read())


def show_sheet(answer: "SheetValidation", *, as_json: bool) -> None:
    """Print what the service thinks of a sheet."""
    from .output import print_json

    if as_json:
        print_json(answer)
        return
    typer.echo(f"Rows that can be submitted: {len(answer.jobs)} of {len(answer.rows)}")
    if answer.problems:
        _print_problems(answer.problems)


def _name(file: typer.FileBinaryRead) -> PurePath:
    return PurePath(str(getattr(file, "name", "-")))


def _print_problems(problems: "Sequence[SheetProblem]") -> None:
    from .output import print_table

    print_table(
        ("Cell", "Heading", "What is wrong", "What to do"),
        [
            (
                f"{problem.column or 'row '}{problem.row}" if problem.row else "(file)",
                problem.heading or "",
                f"{'Warning: ' if problem.severity == 'warning' else ''}{problem.message}",
                " ".join(filter(None, (problem.what_to_do, problem.job_url))),
            )
            for problem in problems
        ],
    )
