"""Numbers as people read them."""

_BYTE_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
_STEP = 1000
_SECONDS_A_MINUTE = 60
_SECONDS_AN_HOUR = 3600
_SECONDS_A_DAY = 86_400


def size(count: float) -> str:
    """Return a number of bytes in decimal units: ``12.4 GB``."""
    value = float(count)
    for unit in _BYTE_UNITS[:-1]:
        if value < _STEP:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.3g} {unit}"
        value /= _STEP
    return f"{value:,.1f} {_BYTE_UNITS[-1]}"


def duration(seconds: float) -> str:
    """Return a span of time with its two largest units: ``2 h 5 min``."""
    if seconds < _SECONDS_A_MINUTE:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004
    whole = round(seconds)
    if whole < _SECONDS_AN_HOUR:
        return f"{whole // 60} min {whole % 60} s"
    if whole < _SECONDS_A_DAY:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"
