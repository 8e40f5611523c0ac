"""Reporting how far a run has come, not too often."""

import time
from collections.abc import Callable

INTERVAL = 0.1  # seconds between two reports, at least


class ProgressMeter:
    """Counts bytes and passes on the sum."""

    def __init__(self, report: Callable[[int, int], None], total: int) -> None:
        self._report = report
        self._total = total
        self._done = 0
        self._last = time.monotonic()
        report(0, total)

    def add(self, count: int) -> None:
        """Count ``count`` more bytes."""
        self._done += count
        now = time.monotonic()
        if self._done == self._total or now - self._last >= INTERVAL:
            self._last = now
            self._report(self._done, self._total)
