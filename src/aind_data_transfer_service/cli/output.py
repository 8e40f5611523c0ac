"""Printing: tables for people, JSON for programs."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import typer
from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_OUTSIDE_TERMINAL = 160

STATE_STYLES = {
    "success": "green",
    "running": "cyan",
    "failed": "red",
    "upstream_failed": "red",
    "up_for_retry": "yellow",
    "cancelled": "yellow",
    "skipped": "dim",
}


def console() -> Console:
    """Return a console on standard output, wide enough for tables when that is no terminal."""
    terminal = Console(highlight=False)
    if terminal.is_terminal:
        return terminal
    return Console(highlight=False, width=_WIDTH_OUTSIDE_TERMINAL)


def print_json(content: BaseModel | Any) -> None:
    """Print one JSON document."""
    if isinstance(content, BaseModel):
        typer.echo(content.model_dump_json(indent=2))
    else:
        typer.echo(json.dumps(content, indent=2))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Print a table."""
    table = Table(*columns, box=SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    console().print(table)


def state_text(state: str) -> Text:
    """Return a state in its colour."""
    return Text(state, style=STATE_STYLES.get(state, ""))
