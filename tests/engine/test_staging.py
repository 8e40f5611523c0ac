"""What failed jobs staged: kept for a while, then removed; and retries after that."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import JobState, TaskState
from aind_data_transfer_service.engine.repositories import Jobs
from aind_data_transfer_service.engine.services.retry import retry
from aind_data_transfer_service.engine.services.views import JobDetail
from aind_data_transfer_service.engine.staging import StagingSweep
from aind_data_transfer_service.errors import InvalidInput
from aind_data_transfer_service.tasks.context import Outcome, TaskContext
from aind_data_transfer_service.tasks.registry import task_function
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

from .conftest import Engine
from .plans import make_session, plan_of

_KEPT = timedelta(days=14)


class _FailingOnce:
    """Real tasks, but for one that fails the first time."""

    def __init__(self, task_id: TaskId) -> None:
        self._task_id: TaskId | None = task_id
        self.runs: list[TaskId] = []

    def __call__(self, ctx: TaskContext) -> Outcome:
        self.runs.append(ctx.spec.task_id)
        if ctx.spec.task_id == self._task_id:
            self._task_id = None
            raise InvalidInput("Wrong.")
        return task_function(ctx.spec.task_id)(ctx)


def _fail(engine: Engine, folder: Path, task_id: TaskId) -> tuple[str, _FailingOnce]:
    """Run a job to its failure in a task."""
    make_session(folder)
    script = _FailingOnce(task_id)
    engine.start_worker(ThreadExecutor(script))
    [job_id] = engine.submit(plan_of(folder))
    assert engine.wait(job_id).state is JobState.FAILED
    return job_id, script


def _sweep(engine: Engine, after: timedelta) -> None:
    def later() -> datetime:
        return datetime.now(UTC) + after

    StagingSweep(engine.settings.staging_root, _KEPT, engine.database, now=later).run()


def _staging(engine: Engine, job_id: str) -> Path:
    return engine.settings.staging_root / job_id


def _states(job: JobDetail) -> dict[str, TaskState]:
    return {task.task_id: task.state for task in job.tasks}


def _kinds(engine: Engine, job_id: str) -> list[str]:
    with engine.database.read() as session:
        return [event.kind for event in Jobs(session).events(job_id)]


class TestSweep:
    def test_keeps_it_for_a_while_then_removes_it_and_says_so(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        job_id, _ = _fail(engine, tmp_path, TaskId.UPLOAD_DATA_TO_S3)
        _sweep(engine, _KEPT - timedelta(minutes=1))
        assert _staging(engine, job_id).exists()
        assert "job:staging_removed" not in _kinds(engine, job_id)

        _sweep(engine, _KEPT + timedelta(minutes=1))
        assert list(engine.settings.staging_root.iterdir()) == []
        assert _kinds(engine, job_id).count("job:staging_removed") == 1
        assert (tmp_path / "share" / "behavior" / "data.csv").exists()

    def test_leaves_alone_what_is_under_way_done_or_not_its_own(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        make_session(tmp_path)
        [queued] = engine.submit(plan_of(tmp_path))
        for name in (queued, "20200101-000000-foreign1", "lost+found"):
            _staging(engine, name).mkdir(parents=True)
        _sweep(engine, 100 * _KEPT)
        assert len(list(engine.settings.staging_root.iterdir())) == 3
        engine.start_worker()
        assert engine.wait(queued).state is JobState.SUCCESS
        _staging(engine, queued).mkdir()
        _sweep(engine, 100 * _KEPT)
        assert _staging(engine, queued).exists()

    def test_leaves_alone_what_holds_sources(self, engine: Engine, tmp_path: Path) -> None:
        job_id, _ = _fail(engine, tmp_path, TaskId.UPLOAD_DATA_TO_S3)
        source = tmp_path / "share" / "behavior"
        source.rename(_staging(engine, job_id) / "raw")
        source.symlink_to(_staging(engine, job_id) / "raw")
        _sweep(engine, 2 * _KEPT)
        assert (_staging(engine, job_id) / "raw" / "data.csv").exists()

    def test_goes_on_with_what_a_killed_worker_left(self, engine: Engine, tmp_path: Path) -> None:
        job_id, _ = _fail(engine, tmp_path, TaskId.UPLOAD_DATA_TO_S3)
        _staging(engine, job_id).rename(engine.settings.staging_root / f".swept-{job_id}")
        _sweep(engine, timedelta(0))
        assert list(engine.settings.staging_root.iterdir()) == []

    def test_is_what_a_worker_does(self, engine: Engine, tmp_path: Path) -> None:
        kept = {"staging_kept": timedelta(milliseconds=50)}
        engine.settings = engine.settings.model_copy(update=kept)
        job_id, _ = _fail(engine, tmp_path, TaskId.UPLOAD_DATA_TO_S3)
        engine.wait_until(job_id, lambda _: "job:staging_removed" in _kinds(engine, job_id))
        engine.wait_until(job_id, lambda _: not any(engine.settings.staging_root.iterdir()))


class TestRetryAfterwards:
    @pytest.mark.parametrize("task_id", [TaskId.COMPRESS_DATA, TaskId.UPLOAD_DATA_TO_S3])
    def test_stages_again(self, engine: Engine, tmp_path: Path, task_id: TaskId) -> None:
        job_id, script = _fail(engine, tmp_path, task_id)
        _sweep(engine, 2 * _KEPT)
        retry(engine.database, engine.queue, job_id, by="test")
        job = engine.wait(job_id)
        assert job.state is JobState.SUCCESS, job.error
        assert script.runs.count(TaskId.CHECK_SOURCE_FOLDERS_EXIST) == 2
        assert (tmp_path / "bucket" / job.asset_name / "behavior" / "data.csv").exists()

    def test_stages_once_only(self, engine: Engine, tmp_path: Path) -> None:
        job_id, script = _fail(engine, tmp_path, TaskId.UPLOAD_DATA_TO_S3)
        _sweep(engine, 2 * _KEPT)
        script._task_id = TaskId.UPLOAD_DATA_TO_S3
        retry(engine.database, engine.queue, job_id, by="test")
        assert engine.wait(job_id).state is JobState.FAILED
        retry(engine.database, engine.queue, job_id, by="test")
        assert engine.wait(job_id).state is JobState.SUCCESS
        assert script.runs.count(TaskId.CHECK_SOURCE_FOLDERS_EXIST) == 2

    def test_does_not_stage_what_is_uploaded(self, engine: Engine, tmp_path: Path) -> None:
        job_id, script = _fail(engine, tmp_path, TaskId.REMOVE_STAGING_FOLDER)
        _sweep(engine, 2 * _KEPT)
        retry(engine.database, engine.queue, job_id, by="test")
        assert engine.wait(job_id).state is JobState.SUCCESS
        assert script.runs.count(TaskId.CHECK_SOURCE_FOLDERS_EXIST) == 1

    @pytest.mark.parametrize("task_id", [TaskId.COMPRESS_DATA, TaskId.UPLOAD_DATA_TO_S3])
    def test_a_folder_removed_by_hand_is_told_then_made_again(
        self, engine: Engine, tmp_path: Path, task_id: TaskId
    ) -> None:
        job_id, _ = _fail(engine, tmp_path, task_id)
        shutil.rmtree(_staging(engine, job_id))
        retry(engine.database, engine.queue, job_id, by="test")
        job = engine.wait(job_id)
        assert job.error is not None
        assert job.error["code"] == "staging_missing"
        retry(engine.database, engine.queue, job_id, by="test")
        again = engine.wait(job_id)
        assert again.state is JobState.SUCCESS, again.error
        assert _states(again)[TaskId.UPLOAD_DATA_TO_S3] is TaskState.SUCCESS
