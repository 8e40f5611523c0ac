"""The text that names where a page of a list ended; clients hand it back as it is."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from ...engine.job_search import MAY_LACK, JobSort, Place
from ...errors import InvalidInput

_TIMES = {JobSort.CREATED, JobSort.ENDED}
_BEYOND_NUMBERS = 2**63


class CursorInvalid(InvalidInput):
    """The cursor is not one that this list gave out."""

    code = "cursor_invalid"
    what_to_do_default = (
        "Send next_cursor of the page before, as it is, with the same sort and order."
    )


def write_cursor(place: Place, sort: JobSort, *, descending: bool) -> str:
    """Return the cursor of a place in a list."""
    value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
    text = json.dumps([sort, descending, value, place.job_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: JobSort, *, descending: bool) -> Place:
    """Return the place a cursor names. Raises `CursorInvalid`, also if it is of another order."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        given_sort, given_descending, value, job_id = json.loads(text)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise CursorInvalid(f"cursor: {cursor[:80]!r} is not a cursor.") from None
    if (given_sort, given_descending) != (sort, descending):
        raise CursorInvalid("cursor: it is of a list in another order.")
    return Place(_value(value, sort), _text(job_id))


def _value(value: Any, sort: JobSort) -> datetime | str | int | None:
    if sort in MAY_LACK and value is None:
        return None
    if sort is JobSort.BYTES:
        return _number(value)
    if sort not in _TIMES:
        return _text(value)
    try:
        time = datetime.fromisoformat(_text(value))
    except ValueError:
        raise CursorInvalid("cursor: it names no time.") from None
    if time.tzinfo is None:
        raise CursorInvalid("cursor: its time has no zone.")
    return time


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < _BEYOND_NUMBERS:
        raise CursorInvalid("cursor: it names no size.")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise CursorInvalid("cursor: it is damaged.")
    return value
