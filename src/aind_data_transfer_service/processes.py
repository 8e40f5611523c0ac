"""Telling a process from another that got its number later."""

from collections.abc import Mapping

import psutil

# The start is reckoned from the boot time, which moves a little when the clock is set.
_CLOCK_SLACK_SECONDS = 3.0


def process_identity(pid: int) -> dict[str, str | int]:
    """Return what names a running process of this machine: its number and its start (seconds).

    Raises `psutil.NoSuchProcess` if it is gone.
    """
    return {"pid": pid, "started": f"{psutil.Process(pid).create_time():.2f}"}


def is_alive(identity: Mapping[str, str | int]) -> bool:
    """Whether that very process still runs (a zombie does not)."""
    try:
        process = psutil.Process(int(identity["pid"]))
        same = abs(process.create_time() - float(identity["started"])) < _CLOCK_SLACK_SECONDS
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
