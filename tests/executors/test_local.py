import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from aind_data_transfer_service import processes
from aind_data_transfer_service.executors.local import LocalExecutor, end_program
from aind_data_transfer_service.ports.executor import Executor, Handle, Resources
from aind_data_transfer_service.processes import is_alive
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

PROGRAM = (sys.executable, str(Path(__file__).with_name("scripted_program.py")))
LARGE = Resources(cpus=2, memory_mb=100)


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(cpus=2, memory_mb=1000, program=PROGRAM)
    yield executor
    executor.end_all()
    for child in (*executor._children.values(), *executor._leaving):
        child.wait()


class TestLocal(ExecutorTests):
    @pytest.fixture
    def executor(self, executor: LocalExecutor) -> LocalExecutor:
        return executor

    def restarted(self, executor: Executor) -> Executor:
        assert executor.cpus == 2
        return LocalExecutor(cpus=2, memory_mb=1000, program=PROGRAM)


def test_by_default_it_has_the_whole_machine() -> None:
    executor = LocalExecutor()
    assert executor.cpus == os.cpu_count()
    assert executor.memory_mb * 2**20 < psutil.virtual_memory().total


def test_a_cancelled_program_says_so(executor: LocalExecutor, tmp_path: Path) -> None:
    request = lay_out(tmp_path / "a", "hold")
    handle = started(executor, request)
    until(lambda: runs(request.folder) == 1)
    executor.cancel(handle)
    ended(executor, handle)
    assert result(request.folder).state is ResultState.CANCELLED


@pytest.mark.parametrize("large", [LARGE, Resources(cpus=0, memory_mb=900)])
def test_what_has_no_room_waits(executor: LocalExecutor, tmp_path: Path, large: Resources) -> None:
    first = lay_out(tmp_path / "first", "hold", resources=large)
    second = lay_out(tmp_path / "second", resources=large)
    small = lay_out(tmp_path / "small", resources=Resources(cpus=0, memory_mb=10))
    handle = started(executor, first)
    assert executor.start(second) is None
    ended(executor, started(executor, small))
    (first.folder / "go").touch()
    ended(executor, handle)
    ended(executor, started(executor, second))
    assert runs(second.folder) == 1


def test_what_computes_is_started_in_the_order_of_asking(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    first = lay_out(tmp_path / "first", "hold", resources=LARGE)
    second = lay_out(tmp_path / "second", resources=LARGE)
    third = lay_out(tmp_path / "third", resources=LARGE)
    handle = started(executor, first)
    assert executor.start(second) is None
    assert executor.start(third) is None
    (first.folder / "go").touch()
    ended(executor, handle)
    assert executor.start(third) is None
    ended(executor, started(executor, second))
    ended(executor, started(executor, third))


def test_what_is_too_large_for_the_machine_runs_alone(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    request = lay_out(tmp_path / "a", resources=Resources(cpus=64, memory_mb=10**6))
    ended(executor, started(executor, request))
    assert runs(request.folder) == 1


def test_programs_found_running_count_too(executor: LocalExecutor, tmp_path: Path) -> None:
    running = lay_out(tmp_path / "running", "hold", resources=LARGE)
    started(executor, running)
    until(lambda: runs(running.folder) == 1)
    later = LocalExecutor(cpus=2, memory_mb=1000, program=PROGRAM)
    handle = started(later, running)
    assert later.start(lay_out(tmp_path / "next", resources=LARGE)) is None
    later.end_all()
    ended(executor, handle)


@pytest.mark.parametrize(
    ("number", "reason"), [(signal.SIGKILL, "SIGKILL"), (signal.SIGSEGV, "SIGSEGV")]
)
def test_the_reason_names_the_signal(
    executor: LocalExecutor, tmp_path: Path, number: signal.Signals, reason: str
) -> None:
    request = lay_out(tmp_path / "a", "hold")
    handle = started(executor, request)
    until(lambda: runs(request.folder) == 1)
    os.kill(int(handle["pid"]), number)
    until(lambda: not is_alive(handle))
    [status] = executor.poll([handle])
    assert reason in str(status.reason)


def test_another_process_with_the_number_is_let_live(
    executor: LocalExecutor, tmp_path: Path
) -> None:
    request = lay_out(tmp_path / "a")
    stranger: Handle = {
        **processes.process_identity(os.getpid()),
        "started": "1.00",
        "folder": str(request.folder),
    }
    assert executor.poll([stranger])[0].state == "ended"
    executor.cancel(stranger)
    end_program(request.folder, stranger)


def test_no_zombies_are_left(executor: LocalExecutor, tmp_path: Path) -> None:
    handles = [started(executor, lay_out(tmp_path / name)) for name in "abc"]
    for handle in handles:
        ended(executor, handle)

    def gone() -> bool:
        executor.poll([])
        return not any(psutil.pid_exists(int(handle["pid"])) for handle in handles)

    until(gone)


def test_a_program_is_ended_by_what_it_wrote_down(executor: LocalExecutor, tmp_path: Path) -> None:
    request = lay_out(tmp_path / "a", "hold")
    handle = started(executor, request)
    until(lambda: runs(request.folder) == 1)
    end_program(request.folder, None)
    ended(executor, handle)


def test_a_program_of_another_machine_is_known_by_its_lock(
    executor: LocalExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = lay_out(tmp_path / "a", "hold")
    handle = started(executor, request)
    until(lambda: runs(request.folder) == 1)
    with monkeypatch.context() as there:
        there.setattr(processes, "machine", lambda: "another")
        other = LocalExecutor(cpus=2, memory_mb=1000, program=PROGRAM)
        assert other.poll([handle])[0].state == "running"
        assert other.start(request) == handle
        other.end_all()
        (request.folder / "go").touch()
        ended(other, handle)
    ended(executor, handle)
    assert runs(request.folder) == 1
