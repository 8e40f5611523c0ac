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
from ..domain.pipeline import PIPELINE_BY_ID, RunsAs, TaskId
from ..domain.states import FINISHED_TASK_STATES, AttemptState, TaskState
from ..errors import TransferError
from ..logging import log_context
from ..ports.executor import Executor, Handle, LaunchRequest, RunStatus
from ..settings import Settings
from ..tasks.spec import RESULT_FILE, ResultState, TaskResult, TaskSpec
from . import transitions
from .inline import InlineRunner
from .launch import (
    attempt_folder,
    build_spec,
    remove_credentials,
    resources,
    write_attempt_folder,
)
from .ledger import Ledger
from .notices import add_notice
from .repositories import Jobs
from .watch import Watch

logger = logging.getLogger(__name__)

INLINE = "inline"


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
        executor: Executor,
        polling: Executor,
        inline: InlineRunner,
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._inline = inline
        self._pace = settings.worker.poll.total_seconds()
        self._programs = Watch(executor, ledger, pace_seconds=self._pace)
        self._polled = Watch(polling, ledger, pace_seconds=self._pace)

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
                    write_attempt_folder, self._settings, opened.folder, opened.spec
                )
            with log_context(task=opened.spec.task_id, attempt=str(opened.number)):
                await self._carry(task_pk, opened, cancelled)

    def _open(self, session: Session, task_pk: int) -> Opened:
        """Return the attempt that is open, or a new one."""
        jobs = Jobs(session)
        task = jobs.task(task_pk)
        job = jobs.get(task.job_id)
        attempt = jobs.open_attempt(task)
        if attempt is None:
            folder = attempt_folder(self._settings, task, task.try_number + 1)
            executor = self._executor_for(TaskId(task.task_id))
            attempt = transitions.add_attempt(session, task, executor=executor, folder=str(folder))
            if executor == INLINE:
                transitions.attempt_started(session, task, attempt, {INLINE: True})
        return Opened(
            number=attempt.number,
            folder=Path(attempt.folder),
            executor=attempt.executor,
            handle=attempt.handle,
            spec=build_spec(session, self._settings, job, task, attempt.number),
            started_at=attempt.started_at,
        )

    def _executor_for(self, task_id: TaskId) -> str:
        match PIPELINE_BY_ID[task_id].runs_as:
            case RunsAs.INLINE:
                return INLINE
            case RunsAs.POLLED:
                return self._polled.executor.name
            case RunsAs.PROCESS:
                return self._programs.executor.name

    def _watch(self, opened: Opened) -> Watch:
        polled = opened.executor == self._polled.executor.name
        return self._polled if polled else self._programs

    async def _carry(self, task_pk: int, opened: Opened, cancelled: asyncio.Event) -> None:
        """Run one attempt to its end and note how it ended."""
        problem: TransferError | None = None
        if opened.inline:
            await self._inline.run(opened.spec, opened.folder)
            status = None
        else:
            handle = opened.handle or await self._start(task_pk, opened, cancelled)
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
        executor = self._watch(opened).executor
        request = LaunchRequest(
            key=f"{opened.spec.job_id}.{opened.spec.task_id}.{opened.spec.map_index}.{opened.number}",
            folder=opened.folder,
            resources=resources(opened.spec, cpus=executor.cpus),
        )
        while not cancelled.is_set():
            handle = await asyncio.to_thread(executor.start, request)
            if handle is not None:
                await self._ledger.write(
                    lambda session, handle=handle: _note_start(  # type: ignore[misc]
                        session, task_pk, opened.number, dict(handle)
                    )
                )
                return handle
            await _until(datetime.now(UTC) + timedelta(seconds=self._pace), cancelled)
        await self._ledger.write(lambda session: _cancel(session, task_pk))
        return None

    async def _finish(
        self, task_pk: int, opened: Opened, handle: Handle, cancelled: asyncio.Event
    ) -> tuple[RunStatus, TransferError | None]:
        """Wait for the program; end it when the job is cancelled or its time is over."""
        limit = self._settings.task_time_limit.get(opened.spec.task_id)
        begun = opened.started_at or datetime.now(UTC)
        watch = self._watch(opened)
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
                error = (problem or AttemptLost(f"{reason}, without a result.")).as_dict()
                transitions.attempt_ended(session, task, attempt, AttemptState.LOST, error=error)
                self._fail_or_retry(session, job, task, error)

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
