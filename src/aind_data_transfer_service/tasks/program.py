"""Runs one attempt in its folder: the same here, in a Slurm job and in an array element."""

import fcntl
import json
import logging
import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TypeVar

from pydantic_core import to_json

from ..errors import Defect, StorageFull, TransferError
from ..files import write_whole
from ..processes import process_identity
from .attempt_log import log_process_to
from .cancel_file import cancel_is_wanted, watch_for_cancel
from .context import Done, Outcome, Skipped, TaskContext, Waiting
from .registry import TaskFunction, task_function
from .spec import (
    CREDENTIALS_FILE,
    LOCK_FILE,
    LOG_FILE,
    PROCESS_FILE,
    RESULT_FILE,
    SPEC_FILE,
    ResultState,
    TaskError,
    TaskResult,
    TaskSpec,
)

logger = logging.getLogger(__name__)

OutcomeT = TypeVar("OutcomeT", bound=Outcome | Waiting)

ALREADY_RUNNING = 75
"""Exit code of a program that finds another one at work on its attempt (EX_TEMPFAIL)."""

_EXIT_CODES = {
    ResultState.SUCCESS: 0,
    ResultState.SKIPPED: 0,
    ResultState.FAILED: 1,
    ResultState.CANCELLED: 143,
}


class Cancelled(BaseException):
    """The attempt was told to end (SIGTERM)."""


def run_program(folder: Path, function: TaskFunction | None = None) -> int:
    """Run the attempt described in ``folder`` and return the exit code.

    ``function`` stands in for the task's own. Does nothing if another program is at work on the
    attempt, or if its result is there already.
    """
    with sole_runner(folder) as alone:
        if not alone:
            return ALREADY_RUNNING
        if (folder / RESULT_FILE).exists():
            return 0
        write_whole(folder / PROCESS_FILE, json.dumps(process_identity(os.getpid())).encode())
        log_process_to(folder / LOG_FILE)
        spec = TaskSpec.model_validate_json((folder / SPEC_FILE).read_bytes())
        work = _cancellable(function or task_function(spec.task_id), folder)
        result = run_attempt(spec, folder, work)
        return _EXIT_CODES[result.state]


def run_attempt(spec: TaskSpec, folder: Path, function: TaskFunction | None = None) -> TaskResult:
    """Do the task's work, write ``result.json`` and return it; never raises for the work's sake."""
    started = datetime.now(UTC)
    context = TaskContext(spec, folder)
    _announce(spec)
    state, outcome, error = _work(lambda: (function or task_function(spec.task_id))(context))
    return _leave_result(context, started, state, outcome, error)


def run_step(context: TaskContext, step: Callable[[], Outcome | Waiting]) -> Waiting | TaskResult:
    """Do what can be done now of a task that waits for something elsewhere.

    Writes ``result.json`` and returns it when that was all; never raises for the work's sake.
    """
    if not (context.folder / LOG_FILE).exists():
        _announce(context.spec)
    state, outcome, error = _work(step)
    if isinstance(outcome, Waiting):
        return outcome
    begun = (context.folder / SPEC_FILE).stat().st_mtime
    return _leave_result(context, datetime.fromtimestamp(begun, UTC), state, outcome, error)


def _announce(spec: TaskSpec) -> None:
    logger.info("%s of job %s, attempt %d", _name(spec), spec.job_id, spec.attempt)


def _name(spec: TaskSpec) -> str:
    return f"{spec.task_id}" + (f"[{spec.map_index}]" if spec.map_index >= 0 else "")


def _leave_result(
    context: TaskContext,
    started: datetime,
    state: ResultState,
    outcome: Outcome | None,
    error: TaskError | None,
) -> TaskResult:
    with suppress(OSError):  # it is for show; a full disk has ended the work itself before
        context.progress.close()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = TaskResult(
        state=state,
        outputs=dict(outcome.outputs) if outcome and not isinstance(outcome, Skipped) else {},
        notices=outcome.notices if outcome and not isinstance(outcome, Skipped) else (),
        skip_reason=outcome.reason if isinstance(outcome, Skipped) else None,
        error=error,
        started_at=started,
        ended_at=datetime.now(UTC),
        cpu_seconds=usage.ru_utime + usage.ru_stime + children.ru_utime + children.ru_stime,
        peak_memory_bytes=max(usage.ru_maxrss, children.ru_maxrss) * 1024,
    )
    if error is not None:
        logger.error("%s: %s What to do: %s", error.code, error.message, error.what_to_do)
    logger.info("%s: %s", _name(context.spec), state)
    (context.folder / CREDENTIALS_FILE).unlink(missing_ok=True)
    write_whole(context.folder / RESULT_FILE, result.model_dump_json().encode())
    return result


def _cancellable(function: TaskFunction, folder: Path) -> TaskFunction:
    """Let SIGTERM or the file ``cancel`` end the work, but not what notes how it ended."""

    def work(context: TaskContext) -> Outcome:
        if cancel_is_wanted(folder):
            raise Cancelled
        signal.signal(signal.SIGTERM, _raise_cancelled)
        watch_for_cancel(folder)
        try:
            return function(context)
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)

    return work


def _work(
    function: Callable[[], OutcomeT],
) -> tuple[ResultState, OutcomeT | None, TaskError | None]:
    try:
        outcome = function()
        if isinstance(outcome, Done):
            to_json(dict(outcome.outputs))  # raises for what no result could hold
    except Cancelled:
        return ResultState.CANCELLED, None, None
    except Exception as problem:  # noqa: BLE001 - the program's boundary: all ends in a result
        return ResultState.FAILED, None, _as_error(problem)
    state = ResultState.SKIPPED if isinstance(outcome, Skipped) else ResultState.SUCCESS
    return state, outcome, None


def _as_error(problem: Exception) -> TaskError:
    if isinstance(problem, OSError) and not isinstance(problem, TransferError):
        full = StorageFull.from_os_error(problem)
        if full is not None:
            problem = full
    if not isinstance(problem, TransferError):
        logger.error("Unexpected error", exc_info=problem)
        problem = Defect(f"{type(problem).__name__}: {problem}")
    return TaskError.model_validate(problem.as_dict())


@contextmanager
def sole_runner(folder: Path) -> Iterator[bool]:
    """Hold the attempt's lock; False when another program holds it."""
    with (folder / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _raise_cancelled(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Cancelled
