"""Runs short task programs inside the worker, with the same files as any other."""

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from pathlib import Path

from ..tasks.program import run_attempt, utc_log_formatter
from ..tasks.spec import LOG_FILE, RESULT_FILE, TaskSpec

_current: ContextVar[Path | None] = ContextVar("inline_attempt", default=None)


class InlineRunner:
    """A pool of threads for inline attempts. Their log goes to ``log.txt`` of their folder."""

    def __init__(self, *, threads: int = 8) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="inline")

    async def run(self, spec: TaskSpec, folder: Path) -> None:
        """Run the attempt; its result is in its folder afterwards."""
        context = copy_context()
        await asyncio.get_running_loop().run_in_executor(
            self._threads, context.run, _run_logged, spec, folder
        )

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def _run_logged(spec: TaskSpec, folder: Path) -> None:
    if (folder / RESULT_FILE).exists():  # the worker stopped before it could note the end
        return
    with _log_to(folder / LOG_FILE):
        run_attempt(spec, folder)


@contextmanager
def _log_to(path: Path) -> Iterator[None]:
    """Send what this thread of work logs in this package to a file."""
    handler = logging.FileHandler(path, delay=True)
    handler.setFormatter(utc_log_formatter())
    handler.addFilter(lambda _record: _current.get() == path)
    package = logging.getLogger(__package__.partition(".")[0])
    token = _current.set(path)
    package.addHandler(handler)
    try:
        yield
    finally:
        package.removeHandler(handler)
        _current.reset(token)
        handler.close()
