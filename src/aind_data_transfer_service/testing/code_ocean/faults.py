"""What goes wrong at the fake Code Ocean, and how often."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with requests of one kind.

    Parameters
    ----------
    method, path
        Which requests; ``path`` is a pattern that the whole path below ``/api/v1/`` matches.
    status
        Answered in place of the right one; None: the connection is dropped, without an answer.
    carried_out
        Whether the request is carried out all the same.
    delay_seconds
        How long the answer takes.
    body
        What is answered; None: a message in JSON, as Code Ocean's own errors are.
    times
        How many requests it strikes.
    """

    method: str
    path: str
    status: int | None = None
    carried_out: bool = False
    delay_seconds: float = 0.0
    body: str | None = None
    times: int = 1


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: list[tuple[Fault, int]] = []

    def add(self, faults: Sequence[Fault]) -> None:
        """Let these happen, in this order where they strike the same requests."""
        with self._lock:
            self._left += [(fault, fault.times) for fault in faults]

    def clear(self) -> None:
        """Let everything go well from now on."""
        with self._lock:
            self._left.clear()

    def next(self, method: str, path: str) -> Fault | None:
        """Return what goes wrong with this request, if anything does."""
        with self._lock:
            for index, (fault, left) in enumerate(self._left):
                if fault.method == method and re.fullmatch(fault.path, path):
                    if left == 1:
                        del self._left[index]
                    else:
                        self._left[index] = (fault, left - 1)
                    return fault
        return None
