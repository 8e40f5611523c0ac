from typing import Any

import pytest
from pydantic import ValidationError

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, ModalityPlan, Partition, TaskPlan

VALUES: dict[str, Any] = {
    "asset_name": "ecephys_1_2024-02-19_11-25-17",
    "bucket": "open",
    "storage_url": "s3://aind-open-data",
    "project_name": "Ephys Platform",
    "platform": "ecephys",
    "platform_name": "Electrophysiology platform",
    "subject_id": "1",
    "acq_datetime": "2024-02-19T11:25:17",
    "job_type": "ecephys",
    "modalities": (
        ModalityPlan(name="Behavior", abbreviation="behavior", source="/s/b", compress=False),
    ),
    "tasks": (
        TaskPlan(task_id=TaskId.UPLOAD_DATA_TO_S3),
        TaskPlan(task_id=TaskId.COMPRESS_DATA, map_index=0, label="behavior"),
    ),
    "request": {"a": [1]},
}


def test_a_plan_comes_back_from_the_database_as_it_was() -> None:
    plan = JobPlan(**VALUES)
    assert JobPlan.model_validate_json(plan.model_dump_json()) == plan
    assert JobPlan.model_validate(plan.model_dump(mode="json")) == plan


def test_tasks_are_found_by_name_and_index() -> None:
    plan = JobPlan(**VALUES)
    assert plan.task(TaskId.UPLOAD_DATA_TO_S3).map_index == -1
    assert plan.task(TaskId.COMPRESS_DATA, 0).label == "behavior"


def test_plans_made_before_there_were_partitions_still_load() -> None:
    stored = JobPlan(**VALUES).model_dump(mode="json")
    for task in stored["tasks"]:
        del task["modality"], task["partition"]
    plan = JobPlan.model_validate(stored)
    assert plan == JobPlan(**VALUES)
    assert plan.modality_of(plan.task(TaskId.COMPRESS_DATA, 0)) == plan.modalities[0]
    assert plan.modality_of(plan.task(TaskId.UPLOAD_DATA_TO_S3)) is None


def test_a_partitions_program_sees_the_plan_without_the_other_partitions() -> None:
    elements = [
        TaskPlan(
            task_id=TaskId.COMPRESS_DATA,
            map_index=index,
            modality=0,
            partition=Partition(index=index, count=3, origin="default"),
        )
        for index in range(3)
    ]
    upload = TaskPlan(task_id=TaskId.UPLOAD_DATA_TO_S3)
    plan = JobPlan(**VALUES | {"tasks": (*elements, upload)})
    assert [task.map_index for task in plan.seen_by(elements[2]).tasks] == [0, 2, -1]
    assert plan.seen_by(elements[2]).staged_modalities == plan.modalities
    assert plan.seen_by(upload) == plan


def test_the_folder_of_a_modality_is_its_abbreviation() -> None:
    assert JobPlan(**VALUES).modalities[0].folder_name == "behavior"


@pytest.mark.parametrize("wrong", [{"modalities": ()}, {"unknown": 1}, {"asset_name": None}])
def test_what_is_no_plan_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        JobPlan(**VALUES | wrong)


def test_a_plan_does_not_change() -> None:
    with pytest.raises(ValidationError):
        JobPlan(**VALUES).asset_name = "x"  # type: ignore[misc] # that is what is tested
