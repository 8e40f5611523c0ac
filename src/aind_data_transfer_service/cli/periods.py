"""Lengths of time as people write them: ``90d``."""

import re
from datetime import timedelta

import typer

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_FORM = re.compile(r"([1-9][0-9]{0,3})([hdw])")


def parse_period(text: str) -> timedelta:
    """Read a number of hours, days or weeks (``12h``, ``90d``, ``4w``)."""
    match = _FORM.fullmatch(text.strip().lower())
    if match is None:
        raise typer.BadParameter(
            f"{text!r} is not a number of hours, days or weeks such as 12h, 90d or 4w."
        )
    return int(match[1]) * _UNITS[match[2]]
