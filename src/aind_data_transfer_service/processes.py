"""Telling a process from another that got its number later, or has it on another machine."""

import socket
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import psutil

# The start is reckoned from the boot time, which moves a little when the clock is set.
_CLOCK_SLACK_SECONDS = 3.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PROCESS_NAMESPACE = Path("/proc/self/ns/pid")


@cache
def machine() -> str:
    """Return what names the place whose process numbers this process sees.

    Two containers are two machines, even with one host name; so is a machine before and after it
    was booted.
    """
    boot = _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else f"{psutil.boot_time():.0f}"
    space = str(_PROCESS_NAMESPACE.readlink()) if _PROCESS_NAMESPACE.exists() else ""
    return f"{socket.gethostname()} {boot} {space}".strip()


def process_identity(pid: int) -> dict[str, str | int]:
    """Return what names a running process: its number, its start (seconds) and its machine.

    Raises `psutil.NoSuchProcess` if it is gone.
    """
    started = f"{psutil.Process(pid).create_time():.2f}"
    return {"pid": pid, "started": started, "machine": machine()}


def is_here(identity: Mapping[str, str | int]) -> bool:
    """Whether a process is, or was, one of this machine."""
    return identity["machine"] == machine()


def is_alive(identity: Mapping[str, str | int]) -> bool:
    """Whether that very process still runs on this machine (a zombie does not)."""
    if not is_here(identity):
        return False
    try:
        process = psutil.Process(int(identity["pid"]))
        same = abs(process.create_time() - float(identity["started"])) < _CLOCK_SLACK_SECONDS
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
