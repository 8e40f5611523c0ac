"""The removal of sources as a job does it, and beside other jobs."""

from pathlib import Path
from threading import Event
from typing import Any

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.domain.states import JobState, TaskState
from aind_data_transfer_service.engine.services.retry import retry
from aind_data_transfer_service.engine.services.views import JobDetail, TaskView
from aind_data_transfer_service.settings.removal import RemovalSettings
from aind_data_transfer_service.tasks.context import Outcome, TaskContext
from aind_data_transfer_service.tasks.registry import task_function
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

from .conftest import Engine
from .plans import make_session, plan_of

_REMOVE = TaskId.REMOVE_SOURCE_FOLDERS


def _removing(plan: JobPlan) -> JobPlan:
    """Return a plan with the sources' removal."""
    changes: dict[str, Any] = {"skip_reason": None, "settings": {"dry_run": False}}
    tasks = [
        task.model_copy(update=changes) if task.task_id is _REMOVE else task for task in plan.tasks
    ]
    return plan.model_copy(update={"tasks": tuple(tasks)})


def _allow(engine: Engine, share: Path) -> None:
    allowed = RemovalSettings(roots=(share,))
    engine.settings = engine.settings.model_copy(update={"removal": allowed})


def _task(job: JobDetail, task_id: TaskId) -> TaskView:
    return next(task for task in job.tasks if task.task_id == task_id)


def test_sources_go_and_the_mail_says_so(engine: Engine, tmp_path: Path) -> None:
    share = make_session(tmp_path)
    _allow(engine, share)
    engine.start_worker()
    told: dict[str, Any] = {"user_email": "a@example.org", "notify_on": ("end",)}
    [job_id] = engine.submit(_removing(plan_of(tmp_path, **told)))
    job = engine.wait(job_id)
    engine.stop_worker()
    assert job.state is JobState.SUCCESS, job.error
    assert list(share.iterdir()) == []
    assert (tmp_path / "bucket" / job.asset_name / "behavior" / "data.csv").exists()
    outputs = _task(job, _REMOVE).outputs
    assert outputs is not None
    assert (outputs["files"], outputs["bytes"]) == (1, 400)
    [mail] = engine.mail.messages
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Sources removed" in body.get_content()
    assert "1 files, 400 bytes" in body.get_content()


class _Held:
    """Real tasks, but for one of one job, which goes on only when it is let go."""

    def __init__(self, asset_name: str, task_id: TaskId) -> None:
        self._place = (asset_name, task_id)
        self.let_go = Event()

    def __call__(self, ctx: TaskContext) -> Outcome:
        if (ctx.spec.plan.asset_name, ctx.spec.task_id) == self._place:
            self.let_go.wait(60)
        return task_function(ctx.spec.task_id)(ctx)


_OTHER = "behavior_1_2024-02-19_11-25-17"


def _hold(engine: Engine, plan: JobPlan, task_id: TaskId) -> tuple[str, _Held]:
    """Submit a job and return its id once it is at the task, where it stays."""
    held = _Held(plan.asset_name, task_id)
    engine.start_worker(ThreadExecutor(held))
    [job_id] = engine.submit(plan)
    engine.wait_until(job_id, lambda job: _task(job, task_id).state is TaskState.RUNNING)
    return job_id, held


def test_what_another_job_reads_stays_until_that_has_ended(engine: Engine, tmp_path: Path) -> None:
    share = make_session(tmp_path)
    _allow(engine, share)
    reader = plan_of(tmp_path, asset_name=_OTHER)
    other, held = _hold(engine, reader, TaskId.UPLOAD_DATA_TO_S3)
    [job_id] = engine.submit(_removing(plan_of(tmp_path)))
    job = engine.wait(job_id)
    assert job.error is not None
    assert (job.error["code"], job.error["task"]) == ("source_in_use", _REMOVE)
    assert other in job.error["message"]
    assert (share / "behavior" / "data.csv").exists()

    held.let_go.set()
    assert engine.wait(other).state is JobState.SUCCESS
    retry(engine.database, engine.queue, job_id, by="test")
    assert engine.wait(job_id).state is JobState.SUCCESS
    assert list(share.iterdir()) == []


def test_a_job_does_not_begin_with_sources_that_are_being_removed(
    engine: Engine, tmp_path: Path
) -> None:
    share = make_session(tmp_path)
    _allow(engine, share)
    remover, held = _hold(engine, _removing(plan_of(tmp_path, asset_name=_OTHER)), _REMOVE)
    [job_id] = engine.submit(plan_of(tmp_path))
    job = engine.wait(job_id)
    assert job.error is not None
    check = TaskId.CHECK_SOURCE_FOLDERS_EXIST
    assert (job.error["code"], job.error["task"]) == ("source_in_use", check)
    assert remover in job.error["message"]
    held.let_go.set()
    assert engine.wait(remover).state is JobState.SUCCESS
