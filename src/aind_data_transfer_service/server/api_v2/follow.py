"""A log as it is written, as server-sent events (WHATWG HTML, section 9.2).

Between two looks nothing is held but the place in the file: the file is opened, read and closed
in a thread of the pool, and the wait is the event loop's.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from ...engine.services.logs import AttemptLog
from ...errors import Unavailable

_PART_BYTES = 1 << 16
"""Read at a time; a longer line is sent in pieces."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look, in seconds."""

    log: float = 0.5
    state: float = 2.0
    keep_alive: float = 15.0
    longest: float = 3600.0
    """Then the stream ends; clients that were not told the end come back by themselves."""


class TooManyFollowers(Unavailable):
    """As many logs are followed as one server allows."""

    code = "too_many_followers"
    what_to_do_default = "Fetch the log as text, or try again later."


class Seats:
    """Limits how many logs are followed at once; used on the event loop only."""

    def __init__(self, number: int) -> None:
        self._free = number

    async def hold(self, events: AsyncIterator[str]) -> AsyncIterator[str]:
        """Pass events on, and hold a seat as long."""
        self._free -= 1
        try:
            async for event in events:
                yield event
        finally:
            self._free += 1

    def require(self) -> None:
        """Raise `TooManyFollowers` unless there is a seat."""
        if self._free <= 0:
            raise TooManyFollowers("This server lets no more logs be followed now.")


async def follow(
    look: Callable[[], AttemptLog], *, begin: int = 0, pace: Pace = Pace()
) -> AsyncIterator[str]:
    """Yield the log's lines as events, and at last an event ``end`` with the attempt's state.

    Each event's id is the place behind its line, which a client that comes back sends as
    ``Last-Event-ID``.

    Parameters
    ----------
    look
        Returns the attempt as it is now; blocks.
    begin
        Where to begin, in bytes.
    pace
        How often to look.
    """
    place = begin
    started = spoke = time.monotonic()
    log = await run_in_threadpool(look)
    looked = started
    while True:
        # What was written before the attempt was over is read after this look.
        lines, end = await run_in_threadpool(_read, log.path, place, to_end=log.is_over)
        for text, behind in lines:
            yield _event(text, event_id=behind)
        now = time.monotonic()
        if end > place:
            place, spoke = end, now
        elif log.is_over:
            yield _event(json.dumps({"state": log.state, "try_number": log.number}), name="end")
            return
        else:
            if now - started > pace.longest:
                return
            if now - spoke > pace.keep_alive:
                spoke = now
                yield ": still here\n\n"
            await asyncio.sleep(pace.log)
        if not log.is_over and now - looked >= pace.state:
            log, looked = await run_in_threadpool(look), now


def _read(path: Path, place: int, *, to_end: bool) -> tuple[list[tuple[str, int]], int]:
    """Return whole lines with the places behind them, and the place behind the last.

    ``to_end``: nothing more will be written, so what has no end is a line too.
    """
    try:
        with path.open("rb") as file:
            file.seek(place)
            part = file.read(_PART_BYTES)
    except FileNotFoundError:
        return [], place
    lines = list(_lines(part, place, to_end=to_end))
    return lines, lines[-1][1] if lines else place


def _lines(part: bytes, place: int, *, to_end: bool) -> Iterator[tuple[str, int]]:
    *whole, rest = part.split(b"\n")
    for line in whole:
        place += len(line) + 1
        yield line.removesuffix(b"\r").decode(errors="replace"), place
    is_full = len(part) == _PART_BYTES
    if rest and ((to_end and not is_full) or (is_full and not whole)):
        yield rest.decode(errors="replace"), place + len(rest)


def _event(text: str, *, name: str | None = None, event_id: int | None = None) -> str:
    head = "" if name is None else f"event: {name}\n"
    head += "" if event_id is None else f"id: {event_id}\n"
    # A carriage return would end the field.
    data = "".join(f"data: {line}\n" for line in text.split("\r"))
    return f"{head}{data}\n"
