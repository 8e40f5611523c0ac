"""Runs one task of a job (one element of a mapped task) to its end, attempt after attempt.

What has happened is in the database, so this may be begun again after a crash at any point: what
is finished is not done again, and a program that still runs is found again.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from ..db.models import Attempt, Job, Task
from ..domain.pipeline import TaskId
from ..domain.states import FINISHED_TASK_STATES, AttemptState, TaskState
from ..errors import TransferError
from ..logging import log_context
from ..ports.executor import ExecutorUnavailable, Handle, LaunchRefused, RunStatus
from ..settings import Settings
from ..tasks.spec import CANCEL_FILE, RESULT_FILE, ResultState, TaskResult, TaskSpec
from . import transitions
from .executors import INLINE, Executors
from .inline import InlineRunner
from .launch import attempt_folder, build_spec, remove_credentials
from .launcher import Launcher
from .ledger import Ledger
from .notices import add_notice
from .repositories import Jobs

logger = logging.getLogger(__name__)

_UNAVAILABLE_PAUSE_SECONDS = 5.0


class AttemptLost(TransferError):
    """The program ended without leaving a result."""

    code = "task_lost"
    what_to_do_default = (
        "It is tried again by itself. If it is lost again, look whether the machine ran out of"
        " memory or was restarted."
    )
    retryable = True


class TimeLimitReached(TransferError):
    """An attempt ran longer than its limit."""

    code = "time_limit"
    what_to_do_default = "Raise task_time_limit in the settings, or look why it is slow."


@dataclass(frozen=True, slots=True)
class Opened:
    """An attempt that is to be carried through."""

    number: int
    folder: Path
    executor: str
    """Name of the executor, or `INLINE`."""
    handle: Handle | None
    spec: TaskSpec
    started_at: datetime | None
    earlier_errors: tuple[str, ...]
    """Codes of the errors that attempts before it ended with."""

    @property
    def inline(self) -> bool:
        """Whether it runs in the worker itself, in one go."""
        return self.executor == INLINE


class ElementRunner:
    """Carries tasks through, with everything that takes."""

    def __init__(
        self,
        *,
        settings: Settings,
        ledger: Ledger,
        executors: Executors,
        inline: InlineRunner,
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._executors = executors
        self._inline = inline
        self._launcher = Launcher()
        self._pace = settings.worker.poll.total_seconds()

    async def run(self, task_pk: int, cancelled: asyncio.Event) -> TaskState:
        """Carry the task to a finished state and return it."""
        while True:
            state, wait = await self._ledger.read(lambda session: _look(session, task_pk))
            if state in FINISHED_TASK_STATES:
                return state
            if cancelled.is_set() and state is not TaskState.RUNNING:
                await self._ledger.write(lambda session: _cancel(session, task_pk))
                continue
            if wait is not None:
                await _until(wait, cancelled)
                continue
            opened = await self._ledger.write(lambda session: self._open(session, task_pk))
            if opened.handle is None or opened.inline:
                await asyncio.to_thread(
                    self._executors.prepare, opened.executor, opened.folder, opened.spec
                )
            with log_context(task=opened.spec.task_id, attempt=str(opened.number)):
                await self._carry(task_pk, opened, cancelled)

    def _open(self, session: Session, task_pk: int) -> Opened:
        """Return the attempt that is open, or a new one."""
        jobs = Jobs(session)
        task = jobs.task(task_pk)
        job = jobs.get(task.job_id)
        attempt = jobs.open_attempt(task)
        number = attempt.number if attempt else task.try_number + 1
        spec = build_spec(session, self._settings, job, task, number)
        if attempt is None:
            folder = attempt_folder(self._settings, task, number)
            executor = self._executors.name_for(spec)
            attempt = transitions.add_attempt(session, task, executor=executor, folder=str(folder))
            if executor == INLINE:
                transitions.attempt_started(session, task, attempt, {INLINE: True})
        return Opened(
            number=number,
            folder=Path(attempt.folder),
            executor=attempt.executor,
            handle=attempt.handle,
            spec=spec,
            started_at=attempt.started_at,
            earlier_errors=jobs.error_codes(task),
        )

    async def _carry(self, task_pk: int, opened: Opened, cancelled: asyncio.Event) -> None:
        """Run one attempt to its end and note how it ended."""
        problem: TransferError | None = None
        if opened.inline:
            await self._inline.run(opened.spec, opened.folder)
            status = None
        else:
            try:
                handle = opened.handle or await self._start(task_pk, opened, cancelled)
            except LaunchRefused as refusal:
                await self._ledger.write(
                    lambda session, refusal=refusal: self._note_refusal(  # type: ignore[misc]
                        session, task_pk, opened.number, refusal
                    )
                )
                return
            if handle is None:
                return
            status, problem = await self._finish(task_pk, opened, handle, cancelled)
        result = _read_result(opened.folder)
        remove_credentials(opened.folder)
        await self._ledger.write(
            lambda session: self._note_end(
                session,
                task_pk,
                opened.number,
                result=result,
                status=status,
                problem=problem,
                wished=cancelled.is_set(),
            )
        )

    async def _start(self, task_pk: int, opened: Opened, cancelled: asyncio.Event) -> Handle | None:
        """Start the program as soon as there is room; None if the job is cancelled before."""
        executor = self._executors.watch(opened.executor).executor
        request = self._executors.request(
            opened.executor, opened.folder, opened.spec, opened.earlier_errors
        )
        while not cancelled.is_set():
            pause = self._pace
            try:
                handle = await self._launcher.start(executor, request)
            except ExecutorUnavailable as problem:
                logger.warning("%s executor: %s", executor.name, problem)
                handle, pause = None, max(pause, _UNAVAILABLE_PAUSE_SECONDS)
            if handle is not None:
                await self._ledger.write(
                    lambda session, handle=handle: _note_start(  # type: ignore[misc]
                        session, task_pk, opened.number, dict(handle)
                    )
                )
                return handle
            await _until(datetime.now(UTC) + timedelta(seconds=pause), cancelled)
        # It may have been started all the same, if the executor went away in between.
        await asyncio.to_thread((opened.folder / CANCEL_FILE).touch)
        await self._ledger.write(lambda session: _cancel(session, task_pk))
        return None

    async def _finish(
        self, task_pk: int, opened: Opened, handle: Handle, cancelled: asyncio.Event
    ) -> tuple[RunStatus, TransferError | None]:
        """Wait for the program; end it when the job is cancelled or its time is over."""
        limit = self._settings.task_time_limit.get(opened.spec.task_id)
        begun = opened.started_at or datetime.now(UTC)
        watch = self._executors.watch(opened.executor)
        ended = asyncio.ensure_future(watch.ended(task_pk, handle, opened.folder))
        wish = asyncio.ensure_future(cancelled.wait())
        left = (begun + limit - datetime.now(UTC)).total_seconds() if limit else None
        try:
            await asyncio.wait({ended, wish}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            problem = None
            if not ended.done():
                if not wish.done():
                    problem = TimeLimitReached(f"It ran longer than {limit}.")
                await asyncio.to_thread(watch.executor.cancel, handle)
            return await ended, problem
        finally:
            wish.cancel()
            ended.cancel()

    def _note_end(
        self,
        session: Session,
        task_pk: int,
        number: int,
        *,
        result: TaskResult | None,
        status: RunStatus | None,
        problem: TransferError | None,
        wished: bool,
    ) -> None:
        jobs = Jobs(session)
        task = jobs.task(task_pk)
        attempt = jobs.attempt(task, number)
        if attempt is None or task.state in FINISHED_TASK_STATES:
            return
        job = jobs.get(task.job_id)
        dump = result.model_dump(mode="json") if result else None
        match result.state if result else None:
            case ResultState.SUCCESS | ResultState.SKIPPED if result is not None and not problem:
                self._note_success(session, job, task, attempt, result)
            case _ if wished:
                transitions.attempt_ended(
                    session, task, attempt, AttemptState.CANCELLED, result=dump
                )
                _cancel(session, task_pk)
            case ResultState.FAILED if result is not None and result.error and not problem:
                error = result.error.model_dump()
                transitions.attempt_ended(
                    session, task, attempt, AttemptState.FAILED, error=error, result=dump
                )
                self._fail_or_retry(session, job, task, error)
            case _:
                reason = (status.reason if status else None) or "The program is gone"
                known = problem or (status.problem if status else None)
                error = (known or AttemptLost(f"{reason}, without a result.")).as_dict()
                transitions.attempt_ended(session, task, attempt, AttemptState.LOST, error=error)
                self._fail_or_retry(session, job, task, error)

    def _note_refusal(
        self, session: Session, task_pk: int, number: int, refusal: LaunchRefused
    ) -> None:
        """Note an attempt that never ran."""
        _note_start(session, task_pk, number, {})
        jobs = Jobs(session)
        task = jobs.task(task_pk)
        attempt = jobs.attempt(task, number)
        if attempt is None or task.state in FINISHED_TASK_STATES:
            return
        error = refusal.as_dict()
        transitions.attempt_ended(session, task, attempt, AttemptState.FAILED, error=error)
        self._fail_or_retry(session, jobs.get(task.job_id), task, error)

    def _note_success(
        self, session: Session, job: Job, task: Task, attempt: Attempt, result: TaskResult
    ) -> None:
        transitions.attempt_ended(
            session, task, attempt, AttemptState.SUCCESS, result=result.model_dump(mode="json")
        )
        if result.state is ResultState.SKIPPED:
            transitions.change_task(session, task, TaskState.SKIPPED, note=result.skip_reason)
            return
        transitions.change_task(session, task, TaskState.SUCCESS, outputs=dict(result.outputs))
        for notice in result.notices:
            add_notice(session, self._settings, job, notice.event)

    def _fail_or_retry(self, session: Session, job: Job, task: Task, error: dict[str, Any]) -> None:
        policy = self._settings.retry_policy(TaskId(task.task_id))
        tries = task.try_number - task.earlier_tries
        if policy.wants_another(
            attempt=tries, code=error["code"], retryable=bool(error["retryable"])
        ):
            wait = policy.delay_after(tries)
            transitions.change_task(
                session,
                task,
                TaskState.UP_FOR_RETRY,
                error=error,
                next_try_at=datetime.now(UTC) + wait,
            )
            add_notice(session, self._settings, job, "retry", task=task, error=error, wait=wait)
        else:
            transitions.change_task(session, task, TaskState.FAILED, error=error)


def _look(session: Session, task_pk: int) -> tuple[TaskState, datetime | None]:
    task = Jobs(session).task(task_pk)
    state = TaskState(task.state)
    wait = task.next_try_at if state is TaskState.UP_FOR_RETRY else None
    return state, wait if wait and wait > datetime.now(UTC) else None


def _cancel(session: Session, task_pk: int) -> None:
    jobs = Jobs(session)
    task = jobs.task(task_pk)
    attempt = jobs.open_attempt(task)
    if attempt is not None:
        transitions.attempt_ended(session, task, attempt, AttemptState.CANCELLED)
    transitions.change_task(session, task, TaskState.CANCELLED)


def _note_start(session: Session, task_pk: int, number: int, handle: dict[str, Any]) -> None:
    jobs = Jobs(session)
    task = jobs.task(task_pk)
    attempt = jobs.attempt(task, number)
    if attempt is not None and attempt.state == AttemptState.STARTING:
        transitions.attempt_started(session, task, attempt, handle)


def _read_result(folder: Path) -> TaskResult | None:
    try:
        return TaskResult.model_validate_json((folder / RESULT_FILE).read_bytes())
    except FileNotFoundError:
        return None


async def _until(moment: datetime, cancelled: asyncio.Event) -> None:
    """Wait until a time, or until the job is cancelled."""
    seconds = max(0.0, (moment - datetime.now(UTC)).total_seconds())
    try:
        await asyncio.wait_for(cancelled.wait(), seconds)
    except TimeoutError:
        return
