"""A SmartSPIM session, compressed by several elements of one task."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, Partition, TaskPlan
from aind_data_transfer_service.tasks.spec import EarlierTask, ResultState, TaskResult
from aind_data_transfer_service.testing.smartspim import SpimSize, write_session

from .factories import JOB_ID, attempt, earlier, make_plan, make_spec, modality

SETTINGS = {"chunk_size": [16, 16, 16], "downsample_levels": 2, "workers": 1}
SIZE = SpimSize(columns=3, slices=4, height=20, width=20)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return write_session(tmp_path / "share" / "spim", SIZE)


def plan_of(tmp_path: Path, session: Path, count: int, **settings: Any) -> JobPlan:
    spim = modality(session, "SPIM", compress=True)
    plan = make_plan(tmp_path, modalities=(spim,))
    others = [task for task in plan.tasks if task.task_id is not TaskId.COMPRESS_DATA]
    elements = [
        TaskPlan(
            task_id=TaskId.COMPRESS_DATA,
            map_index=index,
            modality=0,
            partition=Partition(index=index, count=count, origin="default"),
            settings=SETTINGS | settings,
        )
        for index in range(count)
    ]
    return plan.model_copy(update={"tasks": (*others, *elements)})


class Job:
    """The tasks of one job, run one by one."""

    def __init__(self, tmp_path: Path, plan: JobPlan) -> None:
        self._tmp_path = tmp_path
        self._plan = plan
        self._done: list[EarlierTask] = []
        self.folder = tmp_path / "staging" / JOB_ID / "SPIM"
        self.folder.parent.mkdir(parents=True)

    def run(self, task_id: TaskId, map_index: int = -1) -> TaskResult:
        result = attempt(
            make_spec(
                self._tmp_path,
                task_id,
                plan=self._plan,
                map_index=map_index,
                earlier=tuple(self._done),
            )
        )
        if result.state is ResultState.SUCCESS:
            self._done.append(
                earlier(
                    task_id,
                    map_index,
                    outputs=dict(result.outputs),
                    started_at=result.started_at,
                    ended_at=result.ended_at,
                )
            )
        return result

    def check(self) -> TaskResult:
        return self.run(TaskId.CHECK_SOURCE_FOLDERS_EXIST)

    def compress(self, index: int) -> dict[str, Any]:
        result = self.run(TaskId.COMPRESS_DATA, index)
        assert result.state is ResultState.SUCCESS, result.error
        return dict(result.outputs)


def names(outputs: dict[str, Any]) -> list[str]:
    return [stack["name"] for stack in outputs["stacks"]]


def test_each_element_has_its_share_and_together_they_have_all(
    tmp_path: Path, session: Path
) -> None:
    job = Job(tmp_path, plan_of(tmp_path, session, 2))
    assert job.check().outputs["warnings"] == []
    first, second = job.compress(0), job.compress(1)
    assert sorted(names(first) + names(second)) == [
        "Ex_488_Em_525/432380_504340",
        "Ex_488_Em_525/464780_504340",
        "Ex_488_Em_525/497180_504340",
    ]
    assert first["parameters"]["voxel_size_zyx_um"] == [2.0, 1.8, 1.8]
    files = [picture["file"] for picture in first["pictures"] + second["pictures"]]
    assert min(files) == "Ex_488_Em_525-432380_504340.png"
    assert len(list((tmp_path / "jobs").rglob("*.png"))) == 3
    job.run(TaskId.GATHER_FINAL_METADATA)
    document = json.loads((job.folder.parent / "processing.json").read_text())
    (process,) = document["processing_pipeline"]["data_processes"]
    assert process["outputs"]["source_bytes"] == 3 * 2 * 4 * 20 * 20
    assert len(process["outputs"]["stacks"]) == 3
    assert process["parameters"] == first["parameters"]


def test_elements_without_a_stack_have_nothing_to_do(tmp_path: Path, session: Path) -> None:
    job = Job(tmp_path, plan_of(tmp_path, session, 5))
    [warning] = job.check().outputs["warnings"]
    assert warning == "SPIM: There are 5 partitions for 3 stacks: some have nothing to do"
    actions = [job.compress(index)["action"] for index in range(5)]
    assert sorted(actions) == ["compressed"] * 3 + ["nothing to do"] * 2
    assert job.run(TaskId.GATHER_FINAL_METADATA).state is ResultState.SUCCESS


def test_the_derivatives_are_part_of_the_asset_if_there_are_any(
    tmp_path: Path, session: Path
) -> None:
    job = Job(tmp_path, plan_of(tmp_path, session, 1))
    job.compress(0)
    assert (job.folder / "derivatives" / "metadata.json").is_file()
    (job.folder / "derivatives").unlink()
    shutil.rmtree(session / "derivatives")
    job.compress(0)
    assert not (job.folder / "derivatives").exists()


def test_what_is_wrong_is_told_before_any_work(tmp_path: Path, session: Path) -> None:
    stack = session / "SmartSPIM/Ex_488_Em_525/432380/432380_504340"
    (stack / "000020.png").unlink()
    (session / "acquisition.json").unlink()
    (session / "Thumbs.db").write_bytes(b"")
    result = Job(tmp_path, plan_of(tmp_path, session, 2)).check()
    assert result.error is not None
    assert {problem["code"] for problem in result.error.details["problems"]} == {
        "smartspim_slices_missing",
        "smartspim_acquisition_invalid",
    }
    assert str(stack) in result.error.message


def test_files_without_a_place_in_the_asset_are_named(tmp_path: Path, session: Path) -> None:
    (session / "SmartSPIM" / "Thumbs.db").write_bytes(b"")
    [warning] = Job(tmp_path, plan_of(tmp_path, session, 2)).check().outputs["warnings"]
    assert warning == f"SPIM: Not part of the asset: SmartSPIM/Thumbs.db in {session}"


def test_settings_that_there_are_not(tmp_path: Path, session: Path) -> None:
    result = Job(tmp_path, plan_of(tmp_path, session, 1, compressor_name="gzip")).check()
    assert result.error is not None
    assert "compressor_name" in result.error.message
    assert "downsample_levels" in result.error.message


def test_a_stack_that_nobody_made_stops_the_job(tmp_path: Path, session: Path) -> None:
    job = Job(tmp_path, plan_of(tmp_path, session, 2))
    job.check()
    job.compress(0)
    result = job.run(TaskId.GATHER_FINAL_METADATA)
    assert result.error is not None
    assert result.error.code == "smartspim_stacks_missing"


def test_what_attempts_left_half_made_is_not_uploaded(tmp_path: Path, session: Path) -> None:
    job = Job(tmp_path, plan_of(tmp_path, session, 1))
    job.check()
    job.compress(0)
    channel = job.folder / "Ex_488_Em_525"
    whole = sorted(channel.iterdir())
    (channel / ".gone.ome.zarr.partial").mkdir()
    (channel / "..zgroup.0123.partial").write_bytes(b"{")
    job.run(TaskId.GATHER_FINAL_METADATA)
    assert sorted(channel.iterdir()) == whole


def test_without_the_check_the_first_element_settles_the_shares(
    tmp_path: Path, session: Path
) -> None:
    job = Job(tmp_path, plan_of(tmp_path, session, 3))
    made = [name for index in range(3) for name in names(job.compress(index))]
    assert len(set(made)) == len(made) == 3
    assert job.run(TaskId.GATHER_FINAL_METADATA).state is ResultState.SUCCESS
