"""Runs short task programs inside the worker, with the same files as any other."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

from ..tasks.attempt_log import log_to
from ..tasks.program import run_attempt
from ..tasks.spec import LOG_FILE, RESULT_FILE, TaskSpec


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
    with log_to(folder / LOG_FILE):
        run_attempt(spec, folder)
