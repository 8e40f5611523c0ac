"""Retrying a failed job, in whole or in part."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import JobState, TaskState
from aind_data_transfer_service.engine.repositories import Jobs, TaskUnknown
from aind_data_transfer_service.engine.services import control
from aind_data_transfer_service.engine.services.retry import (
    AssetUploadedMeanwhile,
    NotRetryable,
    RetryWish,
    TaskNotFailed,
    retry,
)
from aind_data_transfer_service.engine.services.submit import AssetBusy
from aind_data_transfer_service.engine.services.views import JobDetail
from aind_data_transfer_service.errors import InvalidInput
from aind_data_transfer_service.tasks.context import Outcome, TaskContext
from aind_data_transfer_service.tasks.registry import task_function
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

from .conftest import Engine
from .plans import make_session, plan_of

NAMES = ("behavior", "fib")
COMPRESS = TaskId.COMPRESS_DATA


class FailingElements:
    """Real tasks, but for elements of compress_data that fail as long as they are listed."""

    def __init__(self, *bad: int) -> None:
        self.bad = set(bad)
        self.runs: list[tuple[str, int]] = []

    def __call__(self, ctx: TaskContext) -> Outcome:
        self.runs.append((ctx.spec.task_id, ctx.spec.map_index))
        if ctx.spec.task_id == COMPRESS and ctx.spec.map_index in self.bad:
            raise InvalidInput("Bad.")
        return task_function(ctx.spec.task_id)(ctx)


def elements(job: JobDetail) -> list[tuple[TaskState, int]]:
    return [(task.state, task.try_number) for task in job.tasks if task.task_id == COMPRESS]


@pytest.fixture
def fail(engine: Engine, tmp_path: Path) -> Callable[[FailingElements], str]:
    """Runs a job of two modalities to its failure."""

    def run(script: FailingElements) -> str:
        make_session(tmp_path, names=NAMES)
        engine.start_worker(ThreadExecutor(script))
        [job_id] = engine.submit(plan_of(tmp_path, names=NAMES))
        assert engine.wait(job_id).state is JobState.FAILED
        return job_id

    return run


def test_a_named_task_is_tried_again_and_what_succeeded_is_kept(
    engine: Engine, fail: Callable[[FailingElements], str]
) -> None:
    script = FailingElements(0)
    job_id = fail(script)
    script.bad.clear()

    done = retry(engine.database, engine.queue, job_id, RetryWish(COMPRESS), by="test")

    assert (done.run, done.new) == (2, True)
    job = engine.wait(job_id)
    assert job.state is JobState.SUCCESS
    assert elements(job) == [(TaskState.SUCCESS, 2), (TaskState.SUCCESS, 1)]
    assert script.runs.count((TaskId.CHECK_SOURCE_FOLDERS_EXIST, -1)) == 1
    assert script.runs.count((COMPRESS, 1)) == 1
    with engine.database.read() as session:
        [wish] = [e for e in Jobs(session).events(job_id) if e.kind == "job:retry_requested"]
    assert wish.detail == {"by": "test", "task_id": "compress_data"}


def test_one_element_is_tried_again_and_the_others_still_hold_the_job_up(
    engine: Engine, fail: Callable[[FailingElements], str]
) -> None:
    script = FailingElements(0, 1)
    job_id = fail(script)
    script.bad.clear()

    retry(engine.database, engine.queue, job_id, RetryWish(COMPRESS, 1), by="test")

    job = engine.wait(job_id)
    assert job.state is JobState.FAILED
    assert elements(job) == [(TaskState.FAILED, 1), (TaskState.SUCCESS, 2)]
    assert script.runs.count((COMPRESS, 0)) == 1
    assert (TaskId.UPLOAD_DATA_TO_S3, -1) not in script.runs

    retry(engine.database, engine.queue, job_id, RetryWish(COMPRESS, 0), by="test")

    again = engine.wait(job_id)
    assert again.state is JobState.SUCCESS
    assert elements(again) == [(TaskState.SUCCESS, 2), (TaskState.SUCCESS, 2)]


def test_the_same_wish_sent_again_queues_nothing_twice(
    engine: Engine, fail: Callable[[FailingElements], str]
) -> None:
    script = FailingElements(0)
    job_id = fail(script)
    script.bad.clear()
    wish = RetryWish(run=1)

    first = retry(engine.database, engine.queue, job_id, wish, by="test")
    at_once = retry(engine.database, engine.queue, job_id, wish, by="test")
    engine.wait(job_id)
    late = retry(engine.database, engine.queue, job_id, wish, by="test")

    assert [done.new for done in (first, at_once, late)] == [True, False, False]
    assert {done.run for done in (first, at_once, late)} == {2}
    assert engine.job(job_id).run == 2


def test_what_has_not_failed_is_refused_with_what_has(
    engine: Engine, fail: Callable[[FailingElements], str]
) -> None:
    job_id = fail(FailingElements(0))

    def refuse(wish: RetryWish, error: type[Exception], text: str) -> None:
        with pytest.raises(error, match=text):
            retry(engine.database, engine.queue, job_id, wish, by="test")

    refuse(RetryWish(TaskId.VERIFY_UPLOAD), TaskNotFailed, "What failed: compress_data")
    refuse(RetryWish(COMPRESS, 1), TaskNotFailed, r"compress_data\[1\] .* is success")
    refuse(RetryWish("nope"), TaskUnknown, "no task nope")
    refuse(RetryWish(COMPRESS, 7), TaskUnknown, r"compress_data\[7\]")
    refuse(RetryWish(run=5), NotRetryable, "has had 1 runs")
    assert engine.job(job_id).state is JobState.FAILED


def test_only_a_failed_job_is_tried_again(engine: Engine, tmp_path: Path) -> None:
    [job_id] = engine.submit(plan_of(tmp_path))
    with pytest.raises(NotRetryable, match="is queued"):
        retry(engine.database, engine.queue, job_id, by="test")
    control.cancel(engine.database, job_id, by="test")
    with pytest.raises(NotRetryable, match="is cancelled"):
        retry(engine.database, engine.queue, job_id, RetryWish(COMPRESS, 0), by="test")


def test_a_place_that_another_job_has_taken_stays_its_own(
    engine: Engine, tmp_path: Path, fail: Callable[[FailingElements], str]
) -> None:
    script = FailingElements(0)
    job_id = fail(script)
    script.bad.clear()
    engine.stop_worker()
    [other] = engine.submit(plan_of(tmp_path, names=NAMES))
    with pytest.raises(AssetBusy):
        retry(engine.database, engine.queue, job_id, by="test")
    assert engine.job(job_id).state is JobState.FAILED

    engine.start_worker(ThreadExecutor(script))
    assert engine.wait(other).state is JobState.SUCCESS

    with pytest.raises(AssetUploadedMeanwhile, match=other):
        retry(engine.database, engine.queue, job_id, by="test")
