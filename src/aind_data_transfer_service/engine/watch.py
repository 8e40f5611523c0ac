"""Waits for many launched attempts with one question to the executor at a time."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..ports.executor import Executor, ExecutorUnavailable, Handle, RunState, RunStatus
from ..tasks.spec import PROGRESS_FILE
from .ledger import Ledger
from .repositories import Jobs

logger = logging.getLogger(__name__)

_TAIL_BYTES = 4096
_FIRST_PAUSE_SECONDS = 0.02
_GROWTH = 1.4


@dataclass(slots=True)
class _Watched:
    task_pk: int
    handle: Handle
    folder: Path
    ended: asyncio.Future[RunStatus]
    reported: tuple[int, int | None] | None = None
    shown: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None


class Watch:
    """Asks one executor for the state of all attempts that wait here, and notes their progress.

    Holds no thread while it waits.
    """

    def __init__(self, executor: Executor, ledger: Ledger, *, pace_seconds: float) -> None:
        self.executor = executor
        self._ledger = ledger
        self._pace = pace_seconds
        self._pause = _FIRST_PAUSE_SECONDS
        self._watched: list[_Watched] = []
        self._loop_task: asyncio.Task[None] | None = None

    async def ended(self, task_pk: int, handle: Handle, folder: Path) -> RunStatus:
        """Return when the attempt is over."""
        watched = _Watched(task_pk, handle, folder, asyncio.get_running_loop().create_future())
        self._watched.append(watched)
        self._pause = _FIRST_PAUSE_SECONDS  # short programs should not wait for a slow pace
        if self._loop_task is None or self._loop_task.done():
            self._loop_task = asyncio.get_running_loop().create_task(self._look_again_and_again())
        try:
            return await watched.ended
        finally:
            self._watched.remove(watched)

    async def _look_again_and_again(self) -> None:
        while self._watched:
            try:
                await self._look()
            except ExecutorUnavailable as problem:
                logger.warning("%s executor: %s", self.executor.name, problem)
            except Exception:  # all attempts wait here, and would wait forever
                logger.exception("%s executor: looking at its programs failed", self.executor.name)
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * _GROWTH, self._pace)

    async def _look(self) -> None:
        watched = list(self._watched)
        statuses = await asyncio.to_thread(
            self.executor.poll, [attempt.handle for attempt in watched]
        )
        await self._note_progress(watched, statuses)
        for attempt, status in zip(watched, statuses, strict=True):
            if status.state is RunState.ENDED and not attempt.ended.done():
                attempt.ended.set_result(status)

    async def _note_progress(self, watched: list[_Watched], statuses: list[RunStatus]) -> None:
        values = await asyncio.to_thread(_new_progress, watched)
        values += _new_outputs(watched, statuses)
        values += _new_notes(watched, statuses)
        if values:
            await self._ledger.write(lambda session: Jobs(session).set_progress(values))


def _new_progress(watched: list[_Watched]) -> list[dict[str, Any]]:
    values = []
    for attempt in watched:
        latest = last_progress(attempt.folder)
        if latest is not None and latest != attempt.reported:
            attempt.reported = latest
            done, total = latest
            values.append(
                {
                    "id": attempt.task_pk,
                    "progress_done": done,
                    "progress_total": total,
                    "progress_at": datetime.now(UTC),
                }
            )
    return values


def _new_outputs(watched: list[_Watched], statuses: list[RunStatus]) -> list[dict[str, Any]]:
    values = []
    for attempt, status in zip(watched, statuses, strict=True):
        if status.outputs and status.outputs != attempt.shown:
            attempt.shown = status.outputs
            values.append({"id": attempt.task_pk, "outputs": dict(status.outputs)})
    return values


def _new_notes(watched: list[_Watched], statuses: list[RunStatus]) -> list[dict[str, Any]]:
    """Return what executors say of attempts that go on, where it has changed."""
    values = []
    for attempt, status in zip(watched, statuses, strict=True):
        if status.state is not RunState.ENDED and status.reason != attempt.note:
            attempt.note = status.reason
            values.append({"id": attempt.task_pk, "note": status.reason})
    return values


def last_progress(folder: Path) -> tuple[int, int | None] | None:
    """Return bytes done and in all from the last whole line of a progress file."""
    try:
        with (folder / PROGRESS_FILE).open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            lines = file.read().split(b"\n")
    except FileNotFoundError:
        return None
    for line in reversed(lines[:-1]):
        try:
            value = json.loads(line)
            return value["done"], value["total"]
        except (ValueError, TypeError, KeyError):  # cut off, by a crash or where we began to read
            continue
    return None
