"""Task programs as processes of this machine, which outlive the worker that started them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

import psutil

from ..ports.executor import Handle, LaunchRequest, Resources, RunState, RunStatus
from ..processes import is_alive, is_here, process_identity
from ..tasks.spec import LOG_FILE, PROCESS_FILE, RESULT_FILE, SPEC_FILE
from .attempt_files import is_locked
from .turns import Turns

TASK_PROGRAM = (sys.executable, "-m", "aind_data_transfer_service.tasks", "run")

_KILL_AFTER_SECONDS = 10.0
_PATIENCE_SECONDS = 10.0
"""Attempts that wait for room ask several times a second."""
_LAST_THREAD_SECONDS = 1.0


class LocalExecutor:
    """Runs each attempt in a process group of its own, within a budget of CPUs and memory.

    A process is known by its number and start, so a restarted worker finds it again; that an
    attempt never runs twice at a time is ensured by the program itself, which locks its folder.
    By that lock a worker on another machine, which shares the folder, knows whether it still runs;
    it cannot end it.
    """

    name = "local"

    def __init__(
        self,
        *,
        cpus: int | None = None,
        memory_mb: int | None = None,
        program: Sequence[str] = TASK_PROGRAM,
    ) -> None:
        self._program = program
        self.cpus = cpus or os.cpu_count() or 1
        self.memory_mb = memory_mb or psutil.virtual_memory().total * 3 // 4 // 2**20
        self._lock = Lock()
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._leaving: list[subprocess.Popen[bytes]] = []
        self._in_use: dict[str, Resources] = {}
        self._turns = Turns(_PATIENCE_SECONDS)
        self._cancelled_at: dict[str, float] = {}

    def start(self, request: LaunchRequest) -> Handle | None:
        """Start the attempt's program, or adopt it; None while the budget is used up."""
        folder = str(request.folder)
        with self._lock:
            identity = _recorded_process(request.folder)
            if identity is not None and (_runs(identity, folder) or _has_result(folder)):
                self._in_use[folder] = request.resources
                return {**identity, "folder": folder}
            # What computes is served in order, so that the jobs submitted first end first.
            turn = request.resources.cpus == 0 or self._turns.is_next(folder)
            if not (turn and self._has_room(request.resources)):
                return None
            self._turns.served(folder)
            child = self._spawn(request.folder)
            self._children[child.pid] = child
            self._in_use[folder] = request.resources
            return {**process_identity(child.pid), "folder": folder}

    def poll(self, handles: Sequence[Handle]) -> list[RunStatus]:
        """Tell which attempts still run."""
        with self._lock:
            self._leaving = [child for child in self._leaving if child.poll() is None]
        return [self._poll_one(handle) for handle in handles]

    def cancel(self, handle: Handle) -> None:
        """Ask the attempt's processes to end; those that do not are killed ten seconds later."""
        folder = str(handle["folder"])
        if folder not in self._cancelled_at:
            self._cancelled_at[folder] = time.monotonic()
            _signal_group(handle, signal.SIGTERM)

    def end_all(self) -> None:
        """Kill every program this worker knows to run: it may no longer answer for them."""
        for child in list(self._children.values()):
            if child.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
        for folder in list(self._in_use):  # those it found running, too
            end_program(Path(folder), None)

    def _poll_one(self, handle: Handle) -> RunStatus:
        folder = str(handle["folder"])
        exit_code = self._reap(handle)
        if not _has_result(folder) and _any_runs(handle, folder):
            self._in_use.setdefault(folder, Resources())
            if self._overdue(folder):
                _signal_group(handle, signal.SIGKILL)
            return RunStatus(RunState.RUNNING)
        with self._lock:
            self._in_use.pop(folder, None)
            self._cancelled_at.pop(folder, None)
            # It has left its result and ends now; nobody asks for it again.
            leaving = self._children.pop(int(handle["pid"]), None)
            self._leaving += [leaving] if leaving else []
        return RunStatus(RunState.ENDED, reason=_reason(exit_code), exit_code=exit_code)

    def _spawn(self, folder: Path) -> subprocess.Popen[bytes]:
        with (folder / LOG_FILE).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own program; what it does is in a file
                [*self._program, str(folder / SPEC_FILE)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _reap(self, handle: Handle) -> int | None:
        child = self._children.get(int(handle["pid"]))
        if child is None:
            return None
        exit_code = child.poll()
        if exit_code is None and not is_alive(handle):
            # Its other threads end a moment after the first one.
            with suppress(subprocess.TimeoutExpired):
                exit_code = child.wait(_LAST_THREAD_SECONDS)
        if exit_code is not None:
            del self._children[child.pid]
        return exit_code

    def _overdue(self, folder: str) -> bool:
        asked = self._cancelled_at.get(folder)
        return asked is not None and time.monotonic() - asked > _KILL_AFTER_SECONDS

    def _has_room(self, wanted: Resources) -> bool:
        cpus = sum(used.cpus for used in self._in_use.values())
        memory = sum(used.memory_mb for used in self._in_use.values())
        fits = cpus + wanted.cpus <= self.cpus and memory + wanted.memory_mb <= self.memory_mb
        return fits or not self._in_use  # what is too large for the budget runs alone


def end_program(folder: Path, handle: Handle | None) -> None:
    """Kill the program at work on an attempt, known by its handle or by what it wrote itself."""
    for identity in (handle, _recorded_process(folder)):
        if identity is not None and is_alive(identity):
            with suppress(ProcessLookupError):
                os.killpg(int(identity["pid"]), signal.SIGKILL)


def _recorded_process(folder: Path) -> dict[str, str | int] | None:
    """Return the program that locked the folder, as it wrote itself down."""
    try:
        recorded: dict[str, str | int] = json.loads((folder / PROCESS_FILE).read_bytes())
    except FileNotFoundError:
        return None
    return recorded


def _any_runs(handle: Handle, folder: str) -> bool:
    """Whether the program started, or another that was first to lock the folder, still runs."""
    recorded = _recorded_process(Path(folder))
    return _runs(handle, folder) or (recorded is not None and _runs(recorded, folder))


def _runs(identity: Handle, folder: str) -> bool:
    return is_alive(identity) if is_here(identity) else is_locked(Path(folder))


def _has_result(folder: str) -> bool:
    return Path(folder, RESULT_FILE).exists()


def _signal_group(handle: Handle, number: signal.Signals) -> None:
    recorded = _recorded_process(Path(str(handle["folder"])))
    for identity in (handle, recorded):
        if identity is not None and is_alive(identity):
            with suppress(ProcessLookupError):
                os.killpg(int(identity["pid"]), number)
            return


def _reason(exit_code: int | None) -> str:
    if exit_code is None:
        return "The program is gone"
    if exit_code < 0:
        name = next((s.name for s in signal.Signals if s == -exit_code), str(-exit_code))
        return f"The program was ended by signal {name}"
    return f"The program ended with exit code {exit_code}"
