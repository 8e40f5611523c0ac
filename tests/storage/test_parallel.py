import _thread
from threading import Event, Lock

import pytest

from aind_data_transfer_service.storage import parallel
from aind_data_transfer_service.storage.parallel import Lane, Stopped, StopSign, for_each

PATIENCE_SECONDS = 30


class Collected:
    """Items that were worked on, from any thread."""

    def __init__(self) -> None:
        self.items: list[int] = []
        self._lock = Lock()

    def add(self, item: int) -> None:
        with self._lock:
            self.items.append(item)


def test_every_item_of_every_lane_once() -> None:
    collected = Collected()
    lanes: list[Lane[int]] = [Lane(range(100), 4), Lane(range(100, 103), 8), Lane((), 3)]
    for_each(collected.add, *lanes, stop=StopSign())
    assert sorted(collected.items) == list(range(103))


def test_the_first_error_ends_it() -> None:
    collected = Collected()

    def work(item: int) -> None:
        if item == 3:
            raise ValueError(item)
        collected.add(item)

    with pytest.raises(ValueError, match="3"):
        for_each(work, Lane(range(1000), 1), stop=StopSign())
    assert collected.items == [0, 1, 2]


def test_others_stop_when_one_fails() -> None:
    stop = StopSign()
    busy = Event()

    def work(item: int) -> None:
        if item == 0:
            assert busy.wait(PATIENCE_SECONDS)
            raise ValueError(item)
        busy.set()
        while True:
            stop.check()

    with pytest.raises(ValueError, match="0"):
        for_each(work, Lane((0, 1), 2), stop=stop)
    with pytest.raises(Stopped):
        stop.check()


def test_a_signal_ends_it() -> None:
    collected = Collected()
    stop = StopSign()

    def work(item: int) -> None:
        if item == 5:
            _thread.interrupt_main()
            while True:
                stop.check()
        collected.add(item)

    with pytest.raises(KeyboardInterrupt):
        for_each(work, Lane(range(1000), 1), stop=stop)
    assert collected.items == [0, 1, 2, 3, 4]


def test_a_stuck_thread_does_not_keep_the_program(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(parallel, "GRACE_SECONDS", 0.01)
    server_answers = Event()

    def work(_item: int) -> None:
        _thread.interrupt_main()
        assert server_answers.wait(PATIENCE_SECONDS)

    with pytest.raises(KeyboardInterrupt):
        for_each(work, Lane((0,), 1), stop=StopSign())
    server_answers.set()
    assert "1 threads did not stop" in caplog.text
