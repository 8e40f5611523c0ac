"""Workers that are killed, frozen or stopped in the middle of a job, with real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import JobState
from aind_data_transfer_service.engine.services import control as controls
from aind_data_transfer_service.engine.services import views

from .conftest import Engine
from .plans import make_session, plan_of

_SCRIPT = Path(__file__).with_name("worker_process.py")


class Workers:
    """Worker processes of one engine, and the scripts of their programs."""

    def __init__(self, engine: Engine, control: Path) -> None:
        self._settings = engine.settings
        self.control = control
        self.running: list[subprocess.Popen[bytes]] = []
        control.mkdir()

    def start(self, *, lease_seconds: float = 60) -> subprocess.Popen[bytes]:
        home, database = self._settings.home, self._settings.database
        arguments = (str(home), database, str(self.control), str(lease_seconds))
        worker = subprocess.Popen([sys.executable, str(_SCRIPT), *arguments])
        self.running.append(worker)
        return worker

    def script(self, task_id: TaskId, what: str) -> None:
        (self.control / task_id).write_text(what)

    def go(self) -> None:
        (self.control / "go").touch()

    def ran(self, task_id: TaskId) -> list[int]:
        """Pids of the programs that ran for a task."""
        try:
            lines = (self.control / "ran").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [int(line.split()[1]) for line in lines if line.split()[0] == task_id]

    def end(self) -> None:
        self.go()
        for worker in self.running:
            worker.kill()
            worker.wait()


@pytest.fixture
def workers(engine: Engine, tmp_path: Path) -> Iterator[Workers]:
    make_session(tmp_path)
    workers = Workers(engine, tmp_path / "control")
    yield workers
    workers.end()


def wait_running(engine: Engine, workers: Workers, job_id: str) -> views.JobDetail:
    return engine.wait_until(
        job_id, lambda job: _compress(job).state == "running" and bool(_pids(workers))
    )


def _compress(job: views.JobDetail) -> views.TaskView:
    return next(task for task in job.tasks if task.task_id == TaskId.COMPRESS_DATA)


def _pids(workers: Workers) -> list[int]:
    return workers.ran(TaskId.COMPRESS_DATA)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_program_that_runs_on_is_found_again(
    engine: Engine, workers: Workers, tmp_path: Path, number: signal.Signals
) -> None:
    workers.script(TaskId.COMPRESS_DATA, "block")
    first = workers.start()
    [job_id] = engine.submit(plan_of(tmp_path))
    wait_running(engine, workers, job_id)
    first.send_signal(number)
    first.wait()
    workers.start()
    workers.go()
    job = engine.wait(job_id)
    assert job.state is JobState.SUCCESS
    assert len(_pids(workers)) == 1
    assert [a.state for a in _compress(job).attempts] == ["success"]


def test_a_program_that_died_with_its_worker_is_tried_again(
    engine: Engine, workers: Workers, tmp_path: Path
) -> None:
    workers.script(TaskId.COMPRESS_DATA, "block")
    first = workers.start()
    [job_id] = engine.submit(plan_of(tmp_path))
    wait_running(engine, workers, job_id)
    first.kill()
    first.wait()
    os.kill(_pids(workers)[0], signal.SIGKILL)
    workers.start()
    workers.go()
    job = engine.wait(job_id)
    assert job.state is JobState.SUCCESS
    assert [a.state for a in _compress(job).attempts] == ["lost", "success"]


def test_a_frozen_worker_loses_its_jobs_and_ends_itself(
    engine: Engine, workers: Workers, tmp_path: Path
) -> None:
    workers.script(TaskId.COMPRESS_DATA, "block")
    first = workers.start(lease_seconds=6)
    [job_id] = engine.submit(plan_of(tmp_path))
    wait_running(engine, workers, job_id)
    first.send_signal(signal.SIGSTOP)
    workers.start(lease_seconds=6)
    workers.go()
    assert engine.wait(job_id).state is JobState.SUCCESS
    assert len(_pids(workers)) == 1
    first.send_signal(signal.SIGCONT)
    assert first.wait(timeout=60) == 70


def test_two_workers_share_the_work_and_do_none_of_it_twice(
    engine: Engine, workers: Workers, tmp_path: Path
) -> None:
    workers.start()
    workers.start()
    names = [f"behavior_{number}_2024-02-19_11-25-17" for number in range(6)]
    ids = engine.submit(*(plan_of(tmp_path, asset_name=name) for name in names))
    assert {engine.wait(job_id).state for job_id in ids} == {JobState.SUCCESS}
    assert len(workers.ran(TaskId.UPLOAD_DATA_TO_S3)) == 6


@pytest.mark.parametrize("what", ["block", "ignore"])
def test_cancelling_ends_the_program(
    engine: Engine,
    workers: Workers,
    tmp_path: Path,
    what: str,
) -> None:
    workers.script(TaskId.COMPRESS_DATA, what)
    workers.start()
    [job_id] = engine.submit(plan_of(tmp_path))
    wait_running(engine, workers, job_id)
    [pid] = _pids(workers)
    controls.cancel(engine.database, job_id, by="test")
    assert engine.wait(job_id).state is JobState.CANCELLED
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_ten_kills_at_different_moments_of_one_job(
    engine: Engine, workers: Workers, tmp_path: Path
) -> None:
    [job_id] = engine.submit(plan_of(tmp_path))
    for moment in range(10):
        worker = workers.start()
        engine.wait_until(
            job_id,
            lambda job, done=moment: (  # type: ignore[misc]
                sum(task.state in {"success", "skipped"} for task in job.tasks) > done
            ),
        )
        worker.kill()
        worker.wait()
    workers.start()
    job = engine.wait(job_id)
    assert job.state is JobState.SUCCESS
    for task in job.tasks:
        assert [a.state for a in task.attempts][:-1] == ["lost"] * (len(task.attempts) - 1)
