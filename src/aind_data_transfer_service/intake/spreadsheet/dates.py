"""Dates and times as people and spreadsheet programs write them; never a guess.

What day and month are is told by the numbers themselves (one over 12 is a day), by the name of the
month, or by the format ``M/D/YYYY H:MM:SS AM``, whose order the V1 API has fixed. Everything else
that could be read in two ways is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from .table import stripped

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SHORT_MONTHS = {name[:3]: number for number, name in enumerate(_MONTHS, start=1)} | {"sept": 9}
_FLAGS = re.IGNORECASE | re.ASCII
_WEEKDAY = re.compile(r"(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?,? ", _FLAGS)
_OFFSET = r"(?P<offset>z|[+-]\d{2}:?\d{2})?"
_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<second>\d{2})(\.(?P<fraction>\d{1,9}))?)?"
    rf"( ?(?P<half>[ap])\.?m\.?)? ?{_OFFSET}"
)
_TIME_AFTER = rf"(,? {_TIME})?"
_YEAR_FIRST = (
    # ISO 8601, also with other separators.
    rf"(?P<y>\d{{4}})(?P<sep>[-/.])(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}})((t|,? ){_TIME})?",
    # As assets, and the folders of many sessions, are named.
    r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})_(?P<hour>\d{2})-(?P<minute>\d{2})-(?P<second>\d{2})",
    # ISO 8601 without separators.
    (
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
        rf"([t_ ]?(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}}){_OFFSET})?"
    ),
)
_NAMED_MONTH = (
    rf"(?P<d>\d{{1,2}})[ .-] ?(?P<m>[a-z]{{3,9}})[ .,-] ?(?P<y>\d{{4}}|\d{{2}}){_TIME_AFTER}",
    rf"(?P<m>[a-z]{{3,9}})\.? (?P<d>\d{{1,2}}),? (?P<y>\d{{4}}){_TIME_AFTER}",
)
_CERTAIN = tuple(re.compile(form, _FLAGS) for form in (*_YEAR_FIRST, *_NAMED_MONTH))
_NUMBERS = re.compile(
    rf"(?P<a>\d{{1,2}})(?P<sep>[-/.])(?P<b>\d{{1,2}})(?P=sep)(?P<c>\d{{4}}|\d{{2}}){_TIME_AFTER}",
    _FLAGS,
)
_EPOCH_SECONDS = re.compile(r"\d{9,10}", _FLAGS)
_NUMBER = re.compile(r"\d+([.,]\d+)?", _FLAGS)
_TIME_ALONE = re.compile(_TIME, _FLAGS)
_HALF_DAY = 12
_CENTURY = 2000
_SHORT_YEAR = 2

_EXAMPLES = ("2020-10-13T13:10:10", "2020-10-13 13:10", "10/13/2020 1:10:10 PM")


class DateUnclear(ValueError):
    """A text is no date, or could be several, which are ``allowed`` then."""

    def __init__(self, code: str, message: str, allowed: tuple[str, ...] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date as it was read."""

    when: datetime
    doubt: tuple[str, str] | None = None
    """Code and message of a warning."""


def read_date(text: str) -> ReadDate:
    """Read a date with its time; raises `DateUnclear`."""
    plain = _WEEKDAY.sub("", " ".join(stripped(text).split()), count=1)
    if _EPOCH_SECONDS.fullmatch(plain):
        when = datetime.fromtimestamp(int(plain), UTC)
        message = f"{text!r} is read as seconds since 1970, which is {when.isoformat()}"
        return ReadDate(when, ("datetime_is_number", message))
    match, days = _days(plain)
    if match is None:
        raise _not_a_date(text, plain)
    try:
        moment = _time(match)
    except ValueError as error:
        raise _no_such(text) from error
    readings = sorted(set(days))
    if not readings:
        raise _no_such(text)
    if len(readings) > 1:
        raise _ambiguous(text, readings, moment)
    when = datetime.combine(readings[0], moment)
    if match["hour"] is None:
        doubt = ("time_missing", f"{text!r} has no time of day; 00:00:00 is taken for it")
        return ReadDate(when, doubt)
    return ReadDate(when)


def _days(text: str) -> tuple[re.Match[str] | None, list[date]]:
    """Return how a text is written, and each day it may mean."""
    for form in _CERTAIN:
        match = form.fullmatch(text)
        month = match and _month(match["m"])
        if match and month:
            return match, list(_existing([(match["y"], month, match["d"])]))
    if match := _NUMBERS.fullmatch(text):
        return match, list(_existing(_orders(match)))
    return None, []


def _orders(match: re.Match[str]) -> list[tuple[str, str, str]]:
    """Return year, month and day in each order the numbers may have."""
    a, b, c = match["a"], match["b"], match["c"]
    month_first, day_first = (c, a, b), (c, b, a)
    if len(c) == _SHORT_YEAR:
        return [month_first, day_first, (a, b, c)]
    fixed = match["sep"] == "/" and match["half"] and match["second"]
    if fixed and any(_existing([month_first])):
        return [month_first]
    return [month_first, day_first]


def _existing(readings: list[tuple[str, str, str]]) -> Iterator[date]:
    for year, month, day in readings:
        full_year = int(year) + (_CENTURY if len(year) <= _SHORT_YEAR else 0)
        try:
            yield date(full_year, int(month), int(day))
        except ValueError:
            continue


def _month(text: str) -> str | None:
    """Return the number of a month, given so or by its English name."""
    word = text.lower()
    if word.isdigit():
        return word
    number = _SHORT_MONTHS.get(word)
    if number is None and word in _MONTHS:
        number = _MONTHS.index(word) + 1
    return None if number is None else str(number)


def _time(match: re.Match[str]) -> time:
    """Return the time of day; raises `ValueError`."""
    given = {name: text for name, text in match.groupdict().items() if text is not None}
    hour = int(given.get("hour", 0))
    if half := given.get("half"):
        if not 1 <= hour <= _HALF_DAY:
            raise ValueError("no such hour before or after noon")
        hour = hour % _HALF_DAY + (_HALF_DAY if half.lower() == "p" else 0)
    minute, second = given.get("minute", "00"), given.get("second", "00")
    fraction = given.get("fraction", "0")[:6].ljust(6, "0")
    offset = given.get("offset", "").upper()
    return time.fromisoformat(f"{hour:02}:{minute}:{second}.{fraction}{offset}")


def _not_a_date(text: str, plain: str) -> DateUnclear:
    if _NUMBER.fullmatch(plain):
        reason = "is a number, as spreadsheets keep dates; give the cell a date format"
    elif _TIME_ALONE.fullmatch(plain):
        reason = "is a time of day without a date"
    else:
        reason = "is not a date and time"
    return DateUnclear(
        "datetime_invalid", f"{text!r} {reason}. Allowed, for example: {', '.join(_EXAMPLES)}"
    )


def _no_such(text: str) -> DateUnclear:
    return DateUnclear("datetime_invalid", f"{text!r}: there is no such date or time")


def _ambiguous(text: str, readings: list[date], moment: time) -> DateUnclear:
    meanings = tuple(datetime.combine(day, moment).isoformat() for day in readings)
    listed = " or ".join(
        f"{day.day} {_MONTHS[day.month - 1].title()} {day.year}" for day in readings
    )
    return DateUnclear(
        "datetime_ambiguous",
        f"{text!r} may mean {listed}. Write one of: {', '.join(meanings)}",
        meanings,
    )
