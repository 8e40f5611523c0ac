"""What the files of an attempt's folder say about its program."""

import fcntl
import os
from pathlib import Path

from ..tasks.spec import LOCK_FILE, LOG_FILE, RESULT_FILE, ResultState, TaskResult

_TAIL_BYTES = 4096


def is_locked(folder: Path) -> bool:
    """Whether a program, on whichever machine, is at work on the attempt."""
    try:
        with (folder / LOCK_FILE).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def has_file(folder: Path, name: str) -> bool:
    """Whether a file is there; asked of the folder, since NFS remembers for a while what is not."""
    try:
        return name in os.listdir(folder)  # noqa: PTH208 - names are all that is needed
    except FileNotFoundError:
        return False


def own_end(folder: Path) -> ResultState | None:
    """Return how the attempt says it ended, if it does."""
    if not has_file(folder, RESULT_FILE):
        return None
    return TaskResult.model_validate_json((folder / RESULT_FILE).read_bytes()).state


def last_lines(folder: Path, count: int) -> list[str]:
    """Return the end of the attempt's log."""
    try:
        with (folder / LOG_FILE).open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - _TAIL_BYTES))
            text = log.read().decode(errors="replace")
    except FileNotFoundError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]
