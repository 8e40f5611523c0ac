"""A modality in several partitions, from submission to the asset."""

from pathlib import Path

import zarr

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, ModalityPlan
from aind_data_transfer_service.domain.states import JobState, TaskState
from aind_data_transfer_service.engine.services import views
from aind_data_transfer_service.engine.services.retry import retry
from aind_data_transfer_service.errors import InvalidInput
from aind_data_transfer_service.intake.planning import lay_out
from aind_data_transfer_service.tasks.context import Outcome, TaskContext
from aind_data_transfer_service.tasks.registry import task_function
from aind_data_transfer_service.testing.smartspim import SpimSize, write_session
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

from .conftest import Engine
from .plans import plan_of

SIZE = SpimSize(columns=5, slices=4, height=20, width=20)


def spim_plan(folder: Path, partitions: int) -> JobPlan:
    (folder / "bucket").mkdir()
    source = write_session(folder / "share" / "spim", SIZE)
    settings = {"chunk_size": [16, 16, 16], "num_of_partitions": partitions}
    spim = ModalityPlan(
        name="Selective plane illumination microscopy",
        abbreviation="SPIM",
        source=str(source),
        compress=True,
        job_settings=settings,
    )
    return plan_of(folder, modalities=(spim,), tasks=tuple(lay_out((spim,), derivatives_dir=None)))


def elements(job: views.JobDetail) -> list[views.TaskView]:
    return [task for task in job.tasks if task.task_id == TaskId.COMPRESS_DATA]


def test_the_elements_make_the_asset_together(engine: Engine, tmp_path: Path) -> None:
    plan = spim_plan(tmp_path, 3)
    engine.start_worker()
    [job_id] = engine.submit(plan)
    job = engine.wait(job_id)
    assert job.state is JobState.SUCCESS, job.error
    assert [(task.map_index, task.label) for task in elements(job)] == [
        (0, "SPIM 1/3"),
        (1, "SPIM 2/3"),
        (2, "SPIM 3/3"),
    ]
    asset = tmp_path / "bucket" / job.asset_name
    channel = zarr.open_group(str(asset / "SPIM" / "Ex_488_Em_525"), mode="r")
    assert len(list(channel.group_keys())) == 5
    assert (asset / "SPIM" / "derivatives" / "metadata.json").is_file()
    assert not list(asset.rglob("*.partial"))


def test_a_failed_element_is_retried_alone(engine: Engine, tmp_path: Path) -> None:
    ran: list[tuple[str, int]] = []
    broken = {1}

    def function(ctx: TaskContext) -> Outcome:
        ran.append((ctx.spec.task_id, ctx.spec.map_index))
        if ctx.spec.task_id is TaskId.COMPRESS_DATA and ctx.spec.map_index in broken:
            raise InvalidInput("A slice is damaged.")
        return task_function(ctx.spec.task_id)(ctx)

    engine.start_worker(ThreadExecutor(function))
    [job_id] = engine.submit(spim_plan(tmp_path, 4))
    job = engine.wait(job_id)
    assert job.state is JobState.FAILED
    assert [task.state for task in elements(job)] == [
        TaskState.SUCCESS,
        TaskState.FAILED,
        TaskState.SUCCESS,
        TaskState.SUCCESS,
    ]
    broken.clear()
    ran.clear()
    retry(engine.database, engine.queue, job_id, by="test")
    job = engine.wait(job_id)
    assert job.state is JobState.SUCCESS
    compressed = [index for task_id, index in ran if task_id == TaskId.COMPRESS_DATA]
    assert compressed == [1]
