"""Changes of state: what goes with each, and the event it leaves."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from aind_data_transfer_service.db.models import Job, Task
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import (
    AttemptState,
    JobState,
    StateChangeRefused,
    TaskState,
)
from aind_data_transfer_service.engine import transitions
from aind_data_transfer_service.engine.repositories import Jobs

from .conftest import Engine
from .plans import plan_of


@pytest.fixture
def job_id(engine: Engine, tmp_path: Path) -> str:
    [job_id] = engine.submit(plan_of(tmp_path))
    return job_id


def rows(session: Session, job_id: str) -> tuple[Job, Task]:
    jobs = Jobs(session)
    return jobs.get(job_id), jobs.find_task(job_id, TaskId.UPLOAD_DATA_TO_S3, -1)


def kinds(engine: Engine, job_id: str) -> list[str]:
    with engine.database.read() as session:
        return [event.kind for event in Jobs(session).events(job_id)]


def test_a_job_holds_its_place_while_it_is_active(engine: Engine, job_id: str) -> None:
    with engine.database.write() as session:
        job, _ = rows(session, job_id)
        place = job.active_key
        assert place == f"{job.storage_url}/{job.asset_name}"
        transitions.change_job(session, job, JobState.RUNNING)
        assert job.active_key == place
        assert job.started_at is not None
        transitions.change_job(session, job, JobState.FAILED, error={"code": "x"})
    with engine.database.write() as session:
        job, _ = rows(session, job_id)
        assert job.active_key is None
        assert job.ended_at is not None
        assert job.error == {"code": "x"}
        transitions.change_job(session, job, JobState.QUEUED)
    with engine.database.read() as session:
        job, _ = rows(session, job_id)
        assert (job.active_key, job.run, job.ended_at, job.error) == (place, 2, None, None)
    assert kinds(engine, job_id) == ["job:queued", "job:running", "job:failed", "job:queued"]


def test_a_change_that_is_not_allowed_leaves_nothing(engine: Engine, job_id: str) -> None:
    def change() -> None:
        with engine.database.write() as session:
            job, task = rows(session, job_id)
            transitions.change_task(session, task, TaskState.RUNNING)
            transitions.change_job(session, job, JobState.SUCCESS)

    with pytest.raises(StateChangeRefused, match="from queued to success"):
        change()
    assert engine.job(job_id).state is JobState.QUEUED
    assert kinds(engine, job_id) == ["job:queued"]


def test_a_wish_to_cancel_is_noted_once(engine: Engine, job_id: str) -> None:
    with engine.database.write() as session:
        job, _ = rows(session, job_id)
        transitions.request_cancel(session, job, by="a")
        first = job.cancel_requested_at
        transitions.request_cancel(session, job, by="b")
        assert job.cancel_requested_at == first
    assert kinds(engine, job_id) == ["job:queued", "job:cancel_requested"]


def test_attempts_count_up_and_set_the_task_running(engine: Engine, job_id: str) -> None:
    with engine.database.write() as session:
        _, task = rows(session, job_id)
        attempt = transitions.add_attempt(session, task, executor="local", folder="/x")
        assert (attempt.number, attempt.state, attempt.handle) == (1, AttemptState.STARTING, None)
        assert task.state == TaskState.QUEUED
        transitions.attempt_started(session, task, attempt, {"pid": 1})
        assert (attempt.state, attempt.handle) == (AttemptState.RUNNING, {"pid": 1})
        assert task.state == TaskState.RUNNING
        transitions.attempt_ended(session, task, attempt, AttemptState.LOST, error={"code": "x"})
        transitions.change_task(session, task, TaskState.UP_FOR_RETRY)
        second = transitions.add_attempt(session, task, executor="local", folder="/y")
        assert second.number == 2
    assert kinds(engine, job_id)[1:] == [
        "task:running",
        "attempt:started",
        "attempt:lost",
        "task:up_for_retry",
    ]


def test_a_task_put_back_begins_anew_but_keeps_its_number_of_tries(
    engine: Engine, job_id: str
) -> None:
    with engine.database.write() as session:
        _, task = rows(session, job_id)
        attempt = transitions.add_attempt(session, task, executor="local", folder="/x")
        transitions.attempt_started(session, task, attempt, {"pid": 1})
        task.progress_done = 5
        transitions.change_task(session, task, TaskState.FAILED, error={"code": "x"})
        assert task.ended_at is not None
        transitions.change_task(session, task, TaskState.QUEUED)
    with engine.database.read() as session:
        _, task = rows(session, job_id)
        assert (task.try_number, task.earlier_tries) == (1, 1)
        assert (task.started_at, task.ended_at, task.progress_done, task.error) == (None,) * 4
