"""Telling a process from another that got its number later."""

import psutil


def process_identity(pid: int) -> dict[str, int | str]:
    """Return what names a running process of this machine for good: number, start, boot.

    Raises `psutil.NoSuchProcess` if it is gone.
    """
    return {
        "pid": pid,
        "started": f"{psutil.Process(pid).create_time():.2f}",
        "boot": f"{psutil.boot_time():.0f}",
    }


def is_alive(identity: dict[str, int | str]) -> bool:
    """Whether that very process still runs (a zombie does not)."""
    try:
        process = psutil.Process(int(identity["pid"]))
        return (
            f"{process.create_time():.2f}" == identity["started"]
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except psutil.NoSuchProcess:
        return False
