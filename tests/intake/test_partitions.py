"""In how many partitions a modality is compressed."""

import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, TaskPlan
from aind_data_transfer_service.intake.plan import describe
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v1 import RequestInvalid, accept_v1
from aind_data_transfer_service.intake.v2 import accept_v2
from aind_data_transfer_service.presets.cache import PresetSnapshot
from aind_data_transfer_service.settings import Settings

from ..wire.v1.samples import payloads
from ..wire.v1.samples import request as v1_request
from ..wire.v2.samples import request as v2_request
from .preset_samples import presets

POLICY = IntakePolicy.from_settings(Settings(path_checks="off"))
SPIM = {"modality": "SPIM", "source": "/data/spim", "compress_raw_data": True}


def v1_plan(content: dict[str, Any], known: PresetSnapshot | None = None) -> JobPlan:
    [plan] = accept_v1(json.dumps(content).encode(), POLICY, known).plans
    return plan


def spim_plan(known: PresetSnapshot | None = None, **members: Any) -> JobPlan:
    return v1_plan(v1_request(modalities=[{**SPIM, **members}], platform="SmartSPIM"), known)


def array(text: str) -> dict[str, Any]:
    return {"environment": {}, "array": text}


def elements(plan: JobPlan) -> list[TaskPlan]:
    return [task for task in plan.tasks if task.task_id is TaskId.COMPRESS_DATA]


def count(plan: JobPlan) -> int:
    [first, *_] = elements(plan)
    assert first.partition is not None
    assert len(elements(plan)) == first.partition.count
    return first.partition.count


def test_the_guides_example_has_twenty() -> None:
    plan = v1_plan(payloads()["5_smartspim"])
    found = elements(plan)
    assert [task.map_index for task in found] == list(range(20))
    assert [task.label for task in found][:2] == ["SPIM 1/20", "SPIM 2/20"]
    assert [task.partition.index for task in found if task.partition] == list(range(20))
    assert {task.modality for task in found} == {0}
    assert {task.partition.origin for task in found if task.partition} == {"request"}


def test_there_are_ten_unless_somebody_says_otherwise() -> None:
    [first, *others] = elements(spim_plan())
    assert len(others) == 9
    assert first.partition is not None
    assert first.partition.origin == "default"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"slurm_settings": array("1,3,5")}, 3),
        ({"job_settings": {"num_of_partitions": 4}}, 4),
        ({"job_settings": {"partition_size": 7}}, 7),
        ({"job_settings": {"number_of_partitions": 1}}, 1),
        ({"job_settings": {"num_of_partitions": 4}, "slurm_settings": array("0-3")}, 4),
        ({"slurm_settings": {"environment": {}, "time_limit": 5}}, 10),
    ],
)
def test_what_a_request_says(members: dict[str, Any], expected: int) -> None:
    assert count(spim_plan(**members)) == expected


def test_the_throttle_is_kept() -> None:
    found = elements(spim_plan(slurm_settings=array("0-7%2")))
    assert {task.partition.at_once for task in found if task.partition} == {2}


def test_the_number_is_no_setting_of_the_program() -> None:
    [task] = elements(spim_plan(job_settings={"num_of_partitions": 1, "downsample_levels": 3}))
    assert task.settings == {"downsample_levels": 3}
    assert task.origins == {"downsample_levels": "request"}


def test_only_what_is_compressed_has_partitions() -> None:
    modalities = [
        {"modality": "behavior", "source": "/data/b"},
        {**SPIM, "slurm_settings": array("0-1")},
        {"modality": "fib", "source": "/data/f"},
    ]
    found = elements(v1_plan(v1_request(modalities=modalities)))
    assert [(task.map_index, task.modality, task.label) for task in found] == [
        (0, 0, "behavior"),
        (1, 1, "SPIM 1/2"),
        (2, 1, "SPIM 2/2"),
        (3, 2, "fib"),
    ]
    [only] = elements(spim_plan(compress_raw_data=False, slurm_settings=array("0-3")))
    assert (only.partition, only.label) == (None, "SPIM")


class TestPresets:
    KNOWN = presets(
        {
            "SmartSPIM/tasks/compress_data/SPIM": {"job_settings": {"num_of_partitions": 6}},
            "v2/smartspim/tasks/modality_transformation_settings/SPIM": {
                "image_resources": {"array": "0-4%2"},
                "job_settings": {"input_source": "/data/spim", "compress_raw_data": True},
            },
            "v2/odd/tasks/modality_transformation_settings/SPIM": {
                "image_resources": {"array": "twenty"},
                "job_settings": {"input_source": "/data/spim", "compress_raw_data": True},
            },
            "v2/off/tasks/modality_transformation_settings/SPIM": {
                "skip_task": True,
                "job_settings": {"input_source": "/data/spim", "compress_raw_data": True},
            },
        }
    )

    def v2(self, job_type: str, **tasks: Any) -> JobPlan:
        content = v2_request(job_type=job_type, modalities=[{"abbreviation": "SPIM"}], tasks=tasks)
        [plan] = accept_v2(json.dumps(content).encode(), POLICY, self.KNOWN).plans
        return plan

    def test_they_hold_where_the_request_says_nothing(self) -> None:
        plan = spim_plan(self.KNOWN)
        assert count(plan) == 6
        [first, *_] = elements(plan)
        assert first.partition is not None
        assert first.partition.origin == "preset v1/SmartSPIM/compress_data/SPIM@7"

    def test_the_request_prevails_whichever_way_it_says_it(self) -> None:
        assert count(spim_plan(self.KNOWN, slurm_settings=array("0-1"))) == 2

    def test_the_resources_of_v2(self) -> None:
        found = elements(self.v2("smartspim"))
        assert len(found) == 5
        assert {task.partition.at_once for task in found if task.partition} == {2}
        given = {"SPIM": {"image_resources": {"array": "0-2"}}}
        assert len(elements(self.v2("smartspim", modality_transformation_settings=given))) == 3

    def test_what_is_skipped_stands_once(self) -> None:
        [only] = elements(self.v2("off"))
        assert only.partition is None
        assert only.skip_reason is not None

    def test_a_wrong_one_is_a_problem_of_the_job_type(self) -> None:
        with pytest.raises(RequestInvalid, match=r"job_type: 'twenty'"):
            self.v2("odd")


class TestProblems:
    @pytest.mark.parametrize(
        ("members", "message"),
        [
            ({"slurm_settings": array("0-")}, r"modalities\[0\]\.slurm_settings\.array: '0-'"),
            (
                {"job_settings": {"num_of_partitions": 0}},
                r"modalities\[0\]\.job_settings\.num_of_partitions: 0 is not a number of",
            ),
            (
                {"job_settings": {"num_of_partitions": 4}, "slurm_settings": array("0-19")},
                r"slurm_settings\.array says 20, job_settings\.num_of_partitions says 4",
            ),
        ],
    )
    def test_each_is_named_with_its_place(self, members: dict[str, Any], message: str) -> None:
        with pytest.raises(RequestInvalid, match=message) as refused:
            spim_plan(**members)
        assert {problem["code"] for problem in refused.value.problems} == {"partitions_invalid"}

    def test_in_v2_it_is_the_modalitys_task(self) -> None:
        given = {
            "SPIM": {
                "job_settings": {
                    "input_source": "/data/spim",
                    "compress_raw_data": True,
                    "num_of_partitions": "ten",
                }
            }
        }
        content = v2_request(
            modalities=[{"abbreviation": "SPIM"}], tasks={"modality_transformation_settings": given}
        )
        place = r"modality_transformation_settings\.SPIM\.job_settings\.num_of_partitions: 'ten'"
        with pytest.raises(RequestInvalid, match=place):
            accept_v2(json.dumps(content).encode(), POLICY, presets({}))


def test_the_plan_shows_them() -> None:
    [first, *_] = [
        task
        for task in describe(spim_plan(slurm_settings=array("0-1%1")))["tasks"]
        if task["task_id"] == TaskId.COMPRESS_DATA
    ]
    assert first["partition"] == {"index": 0, "count": 2, "at_once": 1, "origin": "request"}


@pytest.mark.parametrize(("stacks", "warned"), [(2, 1), (3, 0), (0, 1)])
def test_the_plan_warns_of_partitions_that_have_nothing_to_do(
    tmp_path: Path, stacks: int, warned: int
) -> None:
    for number in range(stacks):
        (tmp_path / f"SmartSPIM/Ex_1_Em_2/{number}/{number}_{number}").mkdir(parents=True)
    (tmp_path / "SmartSPIM").mkdir(exist_ok=True)
    plan = spim_plan(source=str(tmp_path), slurm_settings=array("0-2"))
    warnings = describe(plan)["warnings"]
    assert len(warnings) == warned
    assert all(f"3 partitions for {stacks} stacks" in text for text in warnings)
    assert describe(plan, source_roots=[tmp_path / "elsewhere"])["warnings"] == []


def test_a_source_that_the_server_does_not_see_is_no_warning() -> None:
    assert describe(spim_plan())["warnings"] == []
