"""An attempt's log: plain lines with the time in UTC, in the attempt's own folder."""

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from ..logging import redact

_package = logging.getLogger(__package__.partition(".")[0])
_current: ContextVar[Path | None] = ContextVar("attempt_log", default=None)


def log_process_to(path: Path) -> None:
    """Send this process's log, and everything it prints, to one file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    os.dup2(descriptor, sys.stdout.fileno())
    os.dup2(descriptor, sys.stderr.fileno())
    os.close(descriptor)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


@contextmanager
def log_to(path: Path) -> Iterator[None]:
    """Send what this thread of work logs in this package to a file."""
    if not _package.isEnabledFor(logging.INFO):  # attempts' logs tell more than the service's
        _package.setLevel(logging.INFO)
    handler = logging.FileHandler(path, delay=True, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(_formatter())
    handler.addFilter(lambda _record: _current.get() == path)
    token = _current.set(path)
    _package.addHandler(handler)
    try:
        yield
    finally:
        _package.removeHandler(handler)
        _current.reset(token)
        handler.close()


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def _formatter() -> logging.Formatter:
    formatter = _Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    return formatter
