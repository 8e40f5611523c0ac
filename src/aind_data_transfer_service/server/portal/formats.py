"""Numbers and texts as people read them."""

import re
from datetime import UTC, datetime

from markupsafe import Markup, escape

_BYTE_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
_STEP = 1000
_TIME_UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
_SHORT_SECONDS = 9.95
_CODE = re.compile(r"`([^`]+)`")


def size(count: float | None) -> str:
    """Return a number of bytes in decimal units: ``12.4 GB``; nothing for None."""
    if count is None:
        return ""
    value = float(count)
    for unit in _BYTE_UNITS[:-1]:
        if float(f"{value:.3g}") < _STEP:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.3g} {unit}"
        value /= _STEP
    return f"{value:,.1f} {_BYTE_UNITS[-1]}"


def duration(seconds: float | None) -> str:
    """Return a span of time with its two largest units: ``2 h 5 min``; nothing for None."""
    if seconds is None:
        return ""
    if seconds < _SHORT_SECONDS:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    parts = []
    for unit, length in _TIME_UNITS:
        count, whole = divmod(whole, length)
        parts.append((count, unit))
    first = next(place for place, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)


def about(seconds: float) -> str:
    """Return a span of time that is only guessed, with its largest unit: ``17 min``."""
    for unit, length in _TIME_UNITS[:-1]:
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def utc(time: datetime) -> str:
    """Return a time to the second: ``2024-02-19 11:25:17 UTC``."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def prose(text: str) -> Markup:
    """Return text with what is between backticks set as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before
