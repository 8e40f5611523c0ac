from collections.abc import Iterator

import pytest

from .receiver import Receiver, receiver


@pytest.fixture(name="receiver")
def _receiver() -> Iterator[Receiver]:
    with receiver() as state:
        yield state
