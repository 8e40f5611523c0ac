"""An executor for tests: task programs are threads of this process."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from ..ports.executor import Handle, LaunchRequest, RunState, RunStatus
from ..tasks.attempt_log import log_to
from ..tasks.context import Outcome, TaskContext
from ..tasks.program import run_attempt
from ..tasks.registry import task_function
from ..tasks.spec import LOG_FILE, RESULT_FILE, SPEC_FILE, TaskSpec


class ThreadExecutor:
    """Runs each attempt in a thread, by the task's own function or one the test gives.

    A function that raises `SystemExit` is a program that dies without a result. A thread cannot
    be ended: a cancelled attempt counts as over, whatever its function goes on doing.
    """

    name = "thread"
    cpus = 1

    def __init__(self, function: Callable[[TaskContext], Outcome] | None = None) -> None:
        self._function = function
        self._threads: dict[str, threading.Thread] = {}
        self._cancelled: set[str] = set()
        self.started: list[str] = []
        """Keys of the attempts whose program was started, in order."""

    def start(self, request: LaunchRequest) -> Handle | None:
        """Start the attempt's thread unless it runs or has a result."""
        folder = str(request.folder)
        if folder not in self._threads and not (request.folder / RESULT_FILE).exists():
            thread = threading.Thread(target=self._run, args=(request.folder,), daemon=True)
            self._threads[folder] = thread
            self.started.append(request.key)
            thread.start()
        return {"folder": folder}

    def poll(self, handles: Sequence[Handle]) -> list[RunStatus]:
        """Tell which attempts still run."""
        return [self._poll_one(str(handle["folder"])) for handle in handles]

    def cancel(self, handle: Handle) -> None:
        """Count the attempt as over."""
        self._cancelled.add(str(handle["folder"]))

    def end_all(self) -> None:
        """Count every attempt as over."""
        self._cancelled.update(self._threads)

    def _poll_one(self, folder: str) -> RunStatus:
        thread = self._threads.get(folder)
        if folder not in self._cancelled and thread is not None and thread.is_alive():
            return RunStatus(RunState.RUNNING)
        return RunStatus(RunState.ENDED, reason="The thread ended")

    def _run(self, folder: Path) -> None:
        spec = TaskSpec.model_validate_json((folder / SPEC_FILE).read_bytes())
        try:
            with log_to(folder / LOG_FILE):
                run_attempt(spec, folder, self._function or task_function(spec.task_id))
        except SystemExit:
            return
