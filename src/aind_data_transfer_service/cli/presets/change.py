"""Changes a preset once the difference has been seen."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import typer

from ...client import PresetAddress, Presets, PresetValue
from ...server.portal.text_diff import diff_lines
from ..output import print_json

_MARKS = {"added": ("+", typer.colors.GREEN), "removed": ("-", typer.colors.RED)}


@dataclass(frozen=True, slots=True)
class Change:
    """What is wanted."""

    address: PresetAddress
    value: Mapping[str, Any]
    why: str | None
    revision: str | None = None
    """Only if the preset is at this revision; None: whatever it is when the difference is shown."""


def make_change(
    presets: Presets, change: Change, *, yes: bool, may_ask: bool, as_json: bool
) -> None:
    """Show what a change would do, ask, and make it; one that changes nothing is not made.

    Where nobody can be asked, ``yes`` is needed.
    """
    now = presets.find(change.address)
    if now is not None and now.value == change.value and change.revision in (None, now.revision):
        _say(change, now, "is so already", as_json=as_json)
        return
    if not as_json:
        _show_difference(change, now)
    if not yes:
        if as_json or not may_ask or not sys.stdin.isatty():
            raise typer.BadParameter("is needed where nobody can be asked.", param_hint="--yes")
        typer.confirm(f"Set {change.address}?", abort=True)
    seen = PresetValue(value=None, revision=change.revision) if change.revision else now
    done = presets.set(change.address, change.value, replaces=seen, why=change.why)
    _say(change, done, "is set", as_json=as_json)


def _show_difference(change: Change, now: PresetValue | None) -> None:
    was = "new" if now is None else f"now at revision {now.revision or 'unknown (broken)'}"
    typer.echo(f"{change.address}, {was}:")
    for line in diff_lines(_text(now.value if now else None), _text(change.value)):
        mark, colour = _MARKS.get(line.kind, (" ", None))
        typer.secho(f"{mark} {line.text}", fg=colour)


def _say(change: Change, preset: PresetValue, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"preset": str(change.address), **preset.model_dump(mode="json")})
    else:
        typer.echo(f"{change.address} {what}, revision {preset.revision}")


def _text(value: Mapping[str, Any] | None) -> str:
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)
