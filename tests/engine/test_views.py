"""Jobs and tasks as people see them."""

from datetime import timedelta
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import PIPELINE, TaskId
from aind_data_transfer_service.domain.states import TaskState
from aind_data_transfer_service.engine import transitions
from aind_data_transfer_service.engine.repositories import Jobs, JobUnknown
from aind_data_transfer_service.engine.services import views

from .conftest import Engine
from .plans import plan_of


def submit(engine: Engine, folder: Path, count: int) -> list[str]:
    return [
        job_id
        for number in range(count)
        for job_id in engine.submit(
            plan_of(folder, asset_name=f"behavior_{number}_2024-02-19_11-25-17")
        )
    ]


def test_one_job_has_all_its_tasks_in_order(engine: Engine, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, names=("behavior", "fib"))
    [job_id] = engine.submit(plan)
    job = engine.job(job_id)
    assert job.plan == plan
    assert [t.task_id for t in job.tasks if t.map_index <= 0] == [t.task_id for t in PIPELINE]
    mapped = [(t.map_index, t.label) for t in job.tasks if t.task_id == TaskId.COMPRESS_DATA]
    assert mapped == [(0, "behavior"), (1, "fib")]
    assert job.location == f"{(tmp_path / 'bucket').as_uri()}/{job.asset_name}/"
    assert not job.cancel_requested


def test_a_job_that_is_not_there(engine: Engine) -> None:
    with pytest.raises(JobUnknown, match="nope"):
        views.get_job(engine.database, "nope")


@pytest.mark.parametrize(
    ("progress", "pace"),
    [
        ((50, 150), (5.0, 20.0)),
        ((50, None), (5.0, None)),
        ((0, 150), (None, None)),
        ((None, None), (None, None)),
    ],
)
def test_the_pace_of_a_running_task(
    engine: Engine,
    tmp_path: Path,
    progress: tuple[int | None, int | None],
    pace: tuple[float | None, float | None],
) -> None:
    [job_id] = engine.submit(plan_of(tmp_path))
    with engine.database.write() as session:
        task = Jobs(session).find_task(job_id, TaskId.UPLOAD_DATA_TO_S3, -1)
        attempt = transitions.add_attempt(session, task, executor="local", folder="/x")
        transitions.attempt_started(session, task, attempt, {"pid": 1})
        assert attempt.started_at is not None
        task.progress_done, task.progress_total = progress
        task.progress_at = attempt.started_at + timedelta(seconds=10)
    view = next(t for t in engine.job(job_id).tasks if t.task_id == TaskId.UPLOAD_DATA_TO_S3)
    assert view.state is TaskState.RUNNING
    assert (view.rate, view.eta_seconds) == pace
