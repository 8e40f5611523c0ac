import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.engine.services.logs import AttemptLog
from aind_data_transfer_service.server.api_v2 import follow as follow_module
from aind_data_transfer_service.server.api_v2.follow import Pace, Seats, follow

_AT_ONCE = Pace(log=0, state=0)


class Attempt:
    """An attempt whose log grows by one step with each look at its state."""

    def __init__(self, path: Path, steps: list[bytes]) -> None:
        self._log = AttemptLog(path=path, number=2, state="running", is_over=False)
        self._steps = list(steps)

    def look(self) -> AttemptLog:
        if not self._steps:
            self._log = replace(self._log, state="success", is_over=True)
        else:
            with self._log.path.open("ab") as file:
                file.write(self._steps.pop(0))
        return self._log


def _followed(look: Callable[[], AttemptLog], begin: int = 0, pace: Pace = _AT_ONCE) -> list[str]:
    async def gather() -> list[str]:
        return [event async for event in follow(look, begin=begin, pace=pace)]

    return asyncio.run(gather())


def _lines(events: list[str]) -> list[str]:
    return [
        event.partition("data: ")[2].removesuffix("\n\n")
        for event in events
        if not event.startswith("event: end")
    ]


def test_lines_come_when_they_are_whole(tmp_path: Path) -> None:
    attempt = Attempt(tmp_path / "log.txt", [b"one\ntw", b"o\n", b"", b"three"])

    events = _followed(attempt.look)

    assert _lines(events) == ["one", "two", "three"]
    assert events[-1] == 'event: end\ndata: {"state": "success", "try_number": 2}\n\n'


@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=5))
def test_every_byte_comes_once_however_it_is_written(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, cuts: list[int]
) -> None:
    data = data.replace(b"\r", b" ")
    places = [0, *sorted(cuts), len(data)]
    steps = [data[begin:end] for begin, end in pairwise(places)]
    path = tmp_path_factory.mktemp("follow") / "log.txt"

    lines = _lines(_followed(Attempt(path, steps).look))

    text = data.decode(errors="replace")
    expected = text.split("\n")
    assert "\n".join(lines) == "\n".join(expected[:-1] if expected[-1] == "" else expected)


def test_a_line_longer_than_is_read_at_once_comes_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_module, "_PART_BYTES", 4)
    attempt = Attempt(tmp_path / "log.txt", [b"0123456789\nab\n", b"c"])

    assert _lines(_followed(attempt.look)) == ["0123", "4567", "89", "ab", "c"]


def test_a_log_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    looks = 0

    def look() -> AttemptLog:
        nonlocal looks
        looks += 1
        path = tmp_path / "log.txt"
        if looks == 3:
            path.write_bytes(b"late\n")
        return AttemptLog(path, 1, "running" if looks < 4 else "failed", is_over=looks >= 4)

    assert _lines(_followed(look)) == ["late"]


def test_silence_is_broken_now_and_then_and_ends_some_day(tmp_path: Path) -> None:
    log = AttemptLog(tmp_path / "log.txt", 1, "running", is_over=False)
    looks = 0

    def look() -> AttemptLog:
        nonlocal looks
        looks += 1
        return replace(log, is_over=looks > 3)

    events = _followed(look, pace=Pace(log=0, state=0, keep_alive=0))
    assert events[0] == ": still here\n\n"
    assert all(event == ": still here\n\n" for event in events[:-1])

    looks = 0
    assert _followed(look, pace=Pace(log=0, state=0, longest=0)) == []


def test_a_seat_is_given_back_when_the_follower_goes(tmp_path: Path) -> None:
    attempt = Attempt(tmp_path / "log.txt", [b"one\n", b"two\n", b"three\n"])
    seats = Seats(1)

    async def leave_early() -> None:
        events = seats.hold(follow(attempt.look, pace=_AT_ONCE))
        async for _event in events:
            with pytest.raises(follow_module.TooManyFollowers):
                seats.require()
            break
        await events.aclose()  # type: ignore[attr-defined]  # it is a generator

    asyncio.run(leave_early())

    seats.require()
