"""Carries on the tasks that wait for something elsewhere, without a process or thread for each."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from ..domain.pipeline import TaskId
from ..errors import TransferError, Unavailable
from ..logging import log_context
from ..ports.executor import Handle, LaunchRequest, RunState, RunStatus
from ..settings import CodeOceanSettings, DocumentStoreSettings
from ..tasks.attempt_log import log_to
from ..tasks.context import Outcome, Waiting
from ..tasks.polled import PolledContext, PolledTask, polled_task
from ..tasks.program import Cancelled, run_step, sole_runner
from ..tasks.spec import LOG_FILE, RESULT_FILE, SPEC_FILE, TaskSpec

logger = logging.getLogger(__name__)

_LOCKED_SECONDS = 1.0
_CANCEL_AGAIN_SECONDS = 5.0
_CANCEL_PATIENCE_SECONDS = 600.0


@dataclass(slots=True)
class _Attempt:
    """One attempt that waits, as this process knows it."""

    due: float = 0.0
    """When to look again (monotonic clock)."""
    busy: bool = False
    over: bool = False
    """Whether it has its result."""
    lost: bool = False
    cancelled_at: float | None = None
    cancelling: bool = False
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def is_due(self) -> bool:
        """Whether its time has come; to be cancelled it waits for nothing, at first."""
        new_wish = self.cancelled_at is not None and not self.cancelling
        return new_wish or self.due <= time.monotonic()


class PollingExecutor:
    """Calls each attempt's task when its time has come, in a few threads for all of them.

    An attempt is its folder and nothing else: started again, or by another worker, it goes on
    where it was. The folder's lock keeps two workers from doing so at once.
    """

    name = "polling"
    cpus = 1

    def __init__(
        self,
        codeocean: CodeOceanSettings,
        documents: DocumentStoreSettings,
        *,
        tasks: Callable[[TaskId], PolledTask] = polled_task,
        threads: int = 8,
    ) -> None:
        self._codeocean = codeocean
        self._documents = documents
        self._tasks = tasks
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="polling")
        self._lock = Lock()
        self._attempts: dict[str, _Attempt] = {}
        self._ended = False

    def start(self, request: LaunchRequest) -> Handle | None:
        """Take the attempt in, and let it begin."""
        self._poll_one(str(request.folder))
        return {"folder": str(request.folder)}

    def poll(self, handles: Sequence[Handle]) -> list[RunStatus]:
        """Tell the state of many attempts, and carry on those whose time has come."""
        return [self._poll_one(str(handle["folder"])) for handle in handles]

    def cancel(self, handle: Handle) -> None:
        """Let the attempt end what it began elsewhere, at once."""
        with self._lock:
            attempt = self._attempts.setdefault(str(handle["folder"]), _Attempt())
            if attempt.cancelled_at is None:
                attempt.cancelled_at = time.monotonic()

    def end_all(self) -> None:
        """Do nothing more. What goes on elsewhere is found again by the next worker."""
        self._ended = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _poll_one(self, folder: str) -> RunStatus:
        with self._lock:
            attempt = self._attempts.get(folder) or _Attempt(over=_has_result(folder))
            if attempt.over:  # files are looked at once, however long it waits
                self._attempts.pop(folder, None)
                return RunStatus(RunState.ENDED)
            self._attempts[folder] = attempt
            if self._ended or attempt.lost:
                return RunStatus(RunState.ENDED, reason="It was broken off")
            if not attempt.busy and attempt.is_due():
                attempt.busy = True
                self._pool.submit(self._carry_on, Path(folder), attempt)
            return RunStatus(RunState.RUNNING, outputs=attempt.outputs)

    def _carry_on(self, folder: Path, attempt: _Attempt) -> None:
        attempt.lost, lost = False, True
        try:
            with sole_runner(folder) as alone:
                waiting = self._step(folder, attempt) if alone else Waiting(_LOCKED_SECONDS)
            attempt.over = waiting is None
            if waiting is not None:
                attempt.outputs = waiting.outputs or attempt.outputs
                attempt.due = time.monotonic() + waiting.seconds
            lost = False
        except Exception:
            logger.exception("The attempt in %s was broken off", folder)
        finally:
            attempt.lost, attempt.busy = lost, False

    def _step(self, folder: Path, attempt: _Attempt) -> Waiting | None:
        """Do what can be done now; None when the attempt has its result."""
        if _has_result(str(folder)):
            return None
        spec = TaskSpec.model_validate_json((folder / SPEC_FILE).read_bytes())
        task = self._tasks(spec.task_id)
        ctx = PolledContext(spec, folder, self._codeocean, self._documents)
        about = {"job": spec.job_id, "task": spec.task_id, "attempt": str(spec.attempt)}
        with log_context(**about), log_to(folder / LOG_FILE):
            step = partial(task.advance, ctx)
            if attempt.cancelled_at is not None:
                attempt.cancelling = True
                overdue = time.monotonic() - attempt.cancelled_at > _CANCEL_PATIENCE_SECONDS
                step = partial(_cancel, task, ctx, patient=not overdue)
            outcome = run_step(ctx, step)
        return outcome if isinstance(outcome, Waiting) else None


def _has_result(folder: str) -> bool:
    return Path(folder, RESULT_FILE).exists()


def _cancel(task: PolledTask, ctx: PolledContext, *, patient: bool) -> Waiting | Outcome:
    """End what was begun elsewhere; raises `Cancelled` when that is done, or cannot be done."""
    try:
        waiting = task.cancel(ctx)
    except Unavailable as problem:
        logger.warning("Not ended yet: %s", problem)
        waiting = Waiting(_CANCEL_AGAIN_SECONDS) if patient else None
    except TransferError as problem:
        logger.error("It could not be ended: %s What to do: %s", problem, problem.what_to_do)  # noqa: TRY400 - the message says all
        waiting = None
    if waiting is None:
        raise Cancelled
    return waiting
