"""Waiting for launched attempts, whatever the executor answers."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.engine.ledger import Ledger
from aind_data_transfer_service.engine.repositories import Jobs
from aind_data_transfer_service.engine.watch import Watch, last_progress
from aind_data_transfer_service.ports.executor import (
    ExecutorUnavailable,
    Handle,
    RunState,
    RunStatus,
)
from aind_data_transfer_service.tasks.spec import PROGRESS_FILE
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

from .conftest import Engine
from .plans import plan_of


class Answering(ThreadExecutor):
    """Gives these answers, one a question; the last one again and again."""

    def __init__(self, *answers: RunState | Exception) -> None:
        super().__init__()
        self._answers = list(answers)
        self.questions: list[int] = []

    def poll(self, handles: Sequence[Handle]) -> list[RunStatus]:
        self.questions.append(len(handles))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [RunStatus(answer, reason=str(handle["n"])) for handle in handles]


def wait(engine: Engine, executor: Answering, *attempts: tuple[int, Path]) -> list[str | None]:
    """Wait for attempts (keys of their tasks, and folders), and return what ended them."""

    async def work() -> list[RunStatus]:
        ledger = Ledger(engine.database)
        watch = Watch(executor, ledger, pace_seconds=0.02)
        waits = (watch.ended(task, {"n": n}, folder) for n, (task, folder) in enumerate(attempts))
        try:
            return await asyncio.wait_for(asyncio.gather(*waits), 60)
        finally:
            ledger.close()

    return [status.reason for status in asyncio.run(work())]


@pytest.mark.parametrize(
    "passing", [RunState.RUNNING, RunState.WAITING, ExecutorUnavailable("Away."), OSError("Odd.")]
)
def test_it_waits_until_the_attempt_has_ended(
    engine: Engine, tmp_path: Path, passing: RunState | Exception
) -> None:
    executor = Answering(passing, passing, RunState.ENDED)
    assert wait(engine, executor, (1, tmp_path)) == ["0"]
    assert len(executor.questions) == 3


def test_many_attempts_are_one_question(engine: Engine, tmp_path: Path) -> None:
    executor = Answering(RunState.RUNNING, RunState.ENDED)
    assert wait(engine, executor, *[(1, tmp_path)] * 3) == ["0", "1", "2"]
    assert executor.questions == [3, 3]


def test_progress_is_noted(engine: Engine, tmp_path: Path) -> None:
    [job_id] = engine.submit(plan_of(tmp_path))
    with engine.database.read() as session:
        task = Jobs(session).find_task(job_id, TaskId.UPLOAD_DATA_TO_S3, -1)
    (tmp_path / PROGRESS_FILE).write_text('{"at": 1, "done": 3, "total": 9}\n')
    wait(engine, Answering(RunState.RUNNING, RunState.ENDED), (task.id, tmp_path))
    [view] = [t for t in engine.job(job_id).tasks if t.task_id == TaskId.UPLOAD_DATA_TO_S3]
    assert (view.progress_done, view.progress_total) == (3, 9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ('{"at": 1, "done": 3, "total": null}\n', (3, None)),
        ('{"at": 1, "done": 3, "total": 9}\n{"at": 2, "do', (3, 9)),
        ('{"done": 3, "total": 9}\n{"at": 2, "do{"at": 3, "done": 4, "total": 9}\n', (3, 9)),
        ('{"done": 3, "total": 9}\n\0\0\0\n3\n{}\n', (3, 9)),
        ('{"done": 1, "total": 9}\n' * 1000 + '{"done": 2, "total": 9}\n', (2, 9)),
    ],
)
def test_the_last_whole_line_counts(
    tmp_path: Path, text: str, expected: tuple[int, int | None] | None
) -> None:
    (tmp_path / PROGRESS_FILE).write_text(text)
    assert last_progress(tmp_path) == expected


def test_without_a_progress_file_there_is_no_progress(tmp_path: Path) -> None:
    assert last_progress(tmp_path) is None
