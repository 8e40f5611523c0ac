"""Reads the value of a preset from a file."""

import json
import sys
from pathlib import Path
from typing import Any

import typer

_HINT = "FILE"


def read_value(name: str) -> dict[str, Any]:
    """Return the JSON object in a file, or on standard input for ``-``."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        value = json.loads(text)
    except OSError as error:
        raise typer.BadParameter(f"{name}: {error.strerror}.", param_hint=_HINT) from None
    except ValueError as error:
        raise typer.BadParameter(f"{name} is not JSON: {error}.", param_hint=_HINT) from None
    if not isinstance(value, dict):
        raise typer.BadParameter(f"{name} is not a JSON object.", param_hint=_HINT)
    return value
