"""What every `Executor` must do; each adapter's tests subclass `ExecutorTests`.

The programs do as a file ``script`` in their attempt's folder says: see `scripted`.
"""

import json
import os
import signal
import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ..domain.pipeline import TaskId
from ..domain.plan import JobPlan, ModalityPlan, TaskPlan
from ..ports.executor import Executor, Handle, LaunchRequest, Resources, RunState, RunStatus
from ..tasks.context import Done, Outcome, TaskContext
from ..tasks.spec import RESULT_FILE, SPEC_FILE, ResultState, TaskResult, TaskSpec

_PATIENCE_SECONDS = 60
_PACE_SECONDS = 0.01


def scripted(ctx: TaskContext) -> Outcome:
    """Do what the script says: ``hold`` until the file ``go`` is there, ``die``, or nothing."""
    with (ctx.folder / "ran").open("a") as ran:
        ran.write(f"{os.getpid()}\n")
    what = (ctx.folder / "script").read_text()
    if what == "die" and threading.current_thread() is threading.main_thread():
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "die":  # a program that is a thread
        raise SystemExit
    while what == "hold" and not (ctx.folder / "go").exists():
        time.sleep(_PACE_SECONDS)
    return Done({"folder": ctx.folder.name})


def lay_out(folder: Path, script: str = "", *, resources: Resources | None = None) -> LaunchRequest:
    """Make an attempt's folder with its spec and script."""
    folder.mkdir()
    plan = JobPlan(
        asset_name="behavior_1_2024-02-19_11-25-17",
        bucket="private",
        storage_url=folder.parent.as_uri(),
        project_name="Test",
        platform="behavior",
        platform_name="Behavior platform",
        subject_id="1",
        acq_datetime="2024-02-19T11:25:17",
        job_type="behavior",
        modalities=(
            ModalityPlan(name="Behavior", abbreviation="behavior", source="/s", compress=False),
        ),
        tasks=(TaskPlan(task_id=TaskId.UPLOAD_DATA_TO_S3),),
        request={},
    )
    spec = TaskSpec(
        job_id="job",
        task_id=TaskId.UPLOAD_DATA_TO_S3,
        map_index=-1,
        attempt=1,
        plan=plan,
        staging_folder=str(folder.parent / "staging"),
        job_folder=str(folder.parent),
        service_version="0",
    )
    (folder / SPEC_FILE).write_text(spec.model_dump_json())
    (folder / "script").write_text(script)
    return LaunchRequest(
        key=f"job.upload.-1.{folder.name}",
        folder=folder,
        resources=resources or Resources(cpus=0, memory_mb=1),
    )


def started(executor: Executor, request: LaunchRequest) -> Handle:
    """Start an attempt, for which there must be room, as a worker notes it: through JSON."""
    handle = executor.start(request)
    assert handle is not None
    again: Handle = json.loads(json.dumps(dict(handle)))
    return again


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(_PACE_SECONDS)


def ended(executor: Executor, handle: Handle) -> RunStatus:
    """Wait until an attempt is over and return its last status."""
    until(lambda: executor.poll([handle])[0].state is RunState.ENDED)
    return executor.poll([handle])[0]


def runs(folder: Path) -> int:
    """Return how often the attempt's program has begun its work."""
    ran = folder / "ran"
    return len(ran.read_text().splitlines()) if ran.exists() else 0


def result(folder: Path) -> TaskResult:
    """Return what the program left."""
    return TaskResult.model_validate_json((folder / RESULT_FILE).read_bytes())


class ExecutorTests:
    """The port's promises."""

    programs_end_with_their_worker = True
    """Whether `end_all` ends them, or leaves them to the next worker."""

    @pytest.fixture
    @abstractmethod
    def executor(self) -> Executor:
        """Return an executor whose programs are `scripted`; end them afterwards."""

    @abstractmethod
    def restarted(self, executor: Executor) -> Executor:
        """Return the executor as a restarted worker has it."""

    def test_it_says_what_it_is(self, executor: Executor) -> None:
        assert executor.name.isidentifier()
        assert executor.cpus >= 1

    def test_a_program_runs_to_its_end(self, executor: Executor, tmp_path: Path) -> None:
        request = lay_out(tmp_path / "a")
        ended(executor, started(executor, request))
        assert result(request.folder).state is ResultState.SUCCESS
        assert result(request.folder).outputs == {"folder": "a"}

    def test_states_come_in_the_order_asked_for(self, executor: Executor, tmp_path: Path) -> None:
        held, quick = lay_out(tmp_path / "held", "hold"), lay_out(tmp_path / "quick")
        handles = [started(executor, held), started(executor, quick)]
        ended(executor, handles[1])
        assert [status.state for status in executor.poll(handles)] == ["running", "ended"]
        assert [status.state for status in executor.poll(handles[::-1])] == ["ended", "running"]
        assert executor.poll([]) == []
        (held.folder / "go").touch()
        ended(executor, handles[0])

    def test_starting_again_finds_what_runs(self, executor: Executor, tmp_path: Path) -> None:
        request = lay_out(tmp_path / "a", "hold")
        first = started(executor, request)
        until(lambda: runs(request.folder) == 1)
        second = started(executor, request)
        assert [s.state for s in executor.poll([first, second])] == ["running", "running"]
        (request.folder / "go").touch()
        for handle in (first, second):
            ended(executor, handle)
        assert runs(request.folder) == 1

    def test_starting_again_what_is_done_does_nothing(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        request = lay_out(tmp_path / "a")
        ended(executor, started(executor, request))
        ended(executor, started(executor, request))
        assert runs(request.folder) == 1

    def test_a_restarted_worker_finds_its_programs(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        request = lay_out(tmp_path / "a", "hold")
        handle = started(executor, request)
        until(lambda: runs(request.folder) == 1)
        later = self.restarted(executor)
        assert later.poll([handle])[0].state is RunState.RUNNING
        again = started(later, request)  # it stopped before the handle was noted
        (request.folder / "go").touch()
        ended(later, handle)
        ended(later, again)
        assert runs(request.folder) == 1
        assert result(request.folder).state is ResultState.SUCCESS

    def test_a_program_that_dies_has_ended(self, executor: Executor, tmp_path: Path) -> None:
        request = lay_out(tmp_path / "a", "die")
        assert ended(executor, started(executor, request)).reason
        assert not (request.folder / RESULT_FILE).exists()

    def test_a_cancelled_program_ends(self, executor: Executor, tmp_path: Path) -> None:
        request = lay_out(tmp_path / "a", "hold")
        handle = started(executor, request)
        until(lambda: runs(request.folder) == 1)
        executor.cancel(handle)
        executor.cancel(handle)
        ended(executor, handle)
        executor.cancel(handle)

    def test_cancelling_leaves_others_alone(self, executor: Executor, tmp_path: Path) -> None:
        one, other = lay_out(tmp_path / "one", "hold"), lay_out(tmp_path / "other", "hold")
        handles = [started(executor, one), started(executor, other)]
        until(lambda: runs(one.folder) == runs(other.folder) == 1)
        executor.cancel(handles[0])
        ended(executor, handles[0])
        assert executor.poll(handles)[1].state is RunState.RUNNING
        (other.folder / "go").touch()
        ended(executor, handles[1])
        assert result(other.folder).state is ResultState.SUCCESS

    def test_a_worker_that_may_not_go_on_ends_its_programs_or_leaves_them(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        requests = [lay_out(tmp_path / name, "hold") for name in "ab"]
        handles = [started(executor, request) for request in requests]
        until(lambda: all(runs(request.folder) == 1 for request in requests))
        executor.end_all()
        if not self.programs_end_with_their_worker:
            assert {status.state for status in executor.poll(handles)} == {RunState.RUNNING}
            for request in requests:
                (request.folder / "go").touch()
        for handle in handles:
            ended(executor, handle)

    def test_many_threads_may_start_at_once(self, executor: Executor, tmp_path: Path) -> None:
        requests = [lay_out(tmp_path / str(number)) for number in range(6)]
        with ThreadPoolExecutor(6) as pool:
            handles = list(pool.map(lambda request: started(executor, request), requests))
        for handle in handles:
            ended(executor, handle)
        assert [runs(request.folder) for request in requests] == [1] * 6
