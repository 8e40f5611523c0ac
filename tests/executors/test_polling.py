"""The executor of polled tasks, with tasks that wait for files."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.errors import NotAllowed, Unavailable
from aind_data_transfer_service.executors import polling
from aind_data_transfer_service.executors.polling import PollingExecutor
from aind_data_transfer_service.ports.executor import Executor, RunState
from aind_data_transfer_service.settings import CodeOceanSettings, DocumentStoreSettings
from aind_data_transfer_service.tasks.context import Done, Outcome, Waiting
from aind_data_transfer_service.tasks.polled import PolledContext, PolledTask
from aind_data_transfer_service.tasks.spec import ResultState
from aind_data_transfer_service.testing.executor_suite import (
    ExecutorTests,
    ended,
    lay_out,
    result,
    runs,
    started,
    until,
)

HELD = Waiting(0.01, {"links": ["seen"]})


class Scripted:
    """Does what the suite's scripts say, step by step."""

    def __init__(self) -> None:
        self.cancels: list[Exception] = []
        self.at_once = 0
        self.most_at_once = 0

    def advance(self, ctx: PolledContext) -> Waiting | Outcome:
        ran = ctx.folder / "ran"
        if not ran.exists():
            ran.write_text(f"{os.getpid()}\n")
        match (ctx.folder / "script").read_text():
            case "die":
                raise SystemExit
            case "hold" if not (ctx.folder / "go").exists():
                return HELD
        return Done({"folder": ctx.folder.name})

    def cancel(self, ctx: PolledContext) -> Waiting | None:
        (ctx.folder / "cancelled").touch()
        if self.cancels:
            raise self.cancels.pop()
        return None


def polling_executor(task: PolledTask) -> PollingExecutor:
    def tasks(_task_id: TaskId) -> PolledTask:
        return task

    return PollingExecutor(CodeOceanSettings(), DocumentStoreSettings(), tasks=tasks)


class TestPollingExecutor(ExecutorTests):
    @pytest.fixture
    def executor(self) -> Iterator[Executor]:
        executor = polling_executor(Scripted())
        yield executor
        executor.end_all()

    def restarted(self, executor: Executor) -> Executor:
        executor.end_all()
        return polling_executor(Scripted())


@pytest.fixture
def task() -> Scripted:
    return Scripted()


@pytest.fixture
def executor(task: Scripted) -> Iterator[PollingExecutor]:
    executor = polling_executor(task)
    yield executor
    executor.end_all()


def test_what_is_worth_showing_is_shown_while_it_waits(
    executor: PollingExecutor, tmp_path: Path
) -> None:
    request = lay_out(tmp_path / "a", "hold")
    handle = started(executor, request)
    until(lambda: bool(executor.poll([handle])[0].outputs))
    assert executor.poll([handle])[0].outputs == {"links": ["seen"]}
    (request.folder / "go").touch()
    ended(executor, handle)


def test_its_log_tells_when_it_began_and_how_it_ended(
    executor: PollingExecutor, tmp_path: Path
) -> None:
    request = lay_out(tmp_path / "a")
    ended(executor, started(executor, request))
    log = (request.folder / "log.txt").read_text()
    assert "upload_data_to_s3 of job job, attempt 1" in log
    assert "upload_data_to_s3: success" in log


def test_no_thread_waits_with_the_attempts(executor: PollingExecutor, tmp_path: Path) -> None:
    requests = [lay_out(tmp_path / str(number), "hold") for number in range(40)]
    handles = [started(executor, request) for request in requests]
    until(lambda: all(runs(each.folder) == 1 for each in requests))
    assert sum(t.name.startswith("polling") for t in threading.enumerate()) <= 8
    for request in requests:
        (request.folder / "go").touch()
    until(lambda: {status.state for status in executor.poll(handles)} == {RunState.ENDED})


def test_two_workers_do_not_carry_on_one_attempt_at_once(tmp_path: Path) -> None:
    class Slow(Scripted):
        def advance(self, ctx: PolledContext) -> Waiting | Outcome:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            threading.Event().wait(0.05)
            self.at_once -= 1
            return super().advance(ctx)

    task = Slow()
    executors = [polling_executor(task) for _ in range(2)]
    request = lay_out(tmp_path / "a")
    handles = [started(executor, request) for executor in executors]
    for executor, handle in zip(executors * 2, handles * 2, strict=True):
        executor.poll([handle])
    for executor, handle in zip(executors, handles, strict=True):
        ended(executor, handle)
        executor.end_all()
    assert task.most_at_once == 1


def test_a_cancelled_attempt_ends_what_it_began(
    executor: PollingExecutor, task: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_CANCEL_AGAIN_SECONDS", 0.01)
    task.cancels = [Unavailable("away")]
    request = lay_out(tmp_path / "a", "hold")
    handle = started(executor, request)
    executor.cancel(handle)
    ended(executor, handle)
    assert result(request.folder).state is ResultState.CANCELLED
    assert "Not ended yet: away" in (request.folder / "log.txt").read_text()
    assert not task.cancels


@pytest.mark.parametrize("problem", [NotAllowed("may not"), Unavailable("away")])
def test_what_cannot_be_ended_does_not_keep_the_job(
    executor: PollingExecutor,
    task: Scripted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    problem: Exception,
) -> None:
    monkeypatch.setattr(polling, "_CANCEL_PATIENCE_SECONDS", 0.0)
    task.cancels = [problem]
    request = lay_out(tmp_path / "a", "hold")
    handle = started(executor, request)
    executor.cancel(handle)
    ended(executor, handle)
    assert result(request.folder).state is ResultState.CANCELLED
    assert str(problem) in (request.folder / "log.txt").read_text()


def test_a_step_that_cannot_leave_its_result_ends_the_attempt_and_is_logged(
    task: Scripted, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    executor = polling_executor(task)
    request = lay_out(tmp_path / "a")
    (request.folder / "spec.json").write_text("{")
    assert ended(executor, started(executor, request)).reason
    assert "was broken off" in caplog.text
    executor.end_all()
