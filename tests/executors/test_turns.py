import time

import pytest

from aind_data_transfer_service.executors.turns import Turns


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_the_order_is_that_of_the_first_asking(clock: list[float]) -> None:
    turns = Turns(10)
    assert turns.is_next("a")
    assert not turns.is_next("b")
    clock[0] = 5
    assert not turns.is_next("b")
    assert turns.is_next("a")
    turns.served("a")
    assert turns.is_next("b")


def test_who_has_given_up_holds_up_nobody(clock: list[float]) -> None:
    turns = Turns(10)
    assert turns.is_next("a")
    assert not turns.is_next("b")
    clock[0] = 9
    assert not turns.is_next("b")
    clock[0] = 11
    assert turns.is_next("b")
    assert not turns.is_next("a")


def test_who_never_waited_may_be_served() -> None:
    turns = Turns(10)
    turns.served("a")
    assert turns.is_next("b")
