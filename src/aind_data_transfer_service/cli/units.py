"""Amounts and times for people."""

from datetime import UTC, datetime

_STEP = 1000


def decimal_bytes(amount: float) -> str:
    """Return ``1.2 GB`` and the like, in powers of 1000."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < _STEP:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= _STEP
    return f"{amount:.1f} TB"


def duration(seconds: float) -> str:
    """Return ``7 s``, ``2:05`` or ``1:02:05``."""
    if seconds < 10:  # noqa: PLR2004 - below ten seconds a tenth is worth showing
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{rest:02}"
    return f"{minutes}:{rest:02}" if minutes else f"{rest} s"


def time_taken(started: datetime | None, ended: datetime | None) -> str:
    """Return how long something took, or has taken so far; nothing if it has not begun."""
    if started is None:
        return ""
    return duration(((ended or datetime.now(UTC)) - started).total_seconds())


def utc(moment: datetime | None) -> str:
    """Return date and time in UTC; nothing for None."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else ""
