"""V1 jobs take the presets of V1."""

import json
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v1 import RequestInvalid, accept_v1
from aind_data_transfer_service.settings import Settings

from ..wire.v1.samples import modality, request
from .preset_samples import presets

PRESETS = presets(
    {
        "ecephys/tasks/compress_data": {"job_settings": {"level": 3, "codec": "wavpack"}},
        "default/tasks/check_metadata_files": {"skip_task": True},
        "odd/tasks/compress_data": {"job_settings": {"level": 1}},
        "v2/ecephys/tasks/upload_data_to_s3": {"job_settings": {"concurrency": 1}},
    },
    broken=("broken/tasks/upload_data_to_s3",),
)


def plan_of(content: dict[str, Any]) -> JobPlan:
    policy = IntakePolicy.from_settings(Settings(path_checks="off"))
    [plan] = accept_v1(json.dumps(content).encode(), policy, PRESETS).plans
    return plan


def test_the_platform_names_the_job_type() -> None:
    task = plan_of(modality(job_settings={"level": 4})).task(TaskId.COMPRESS_DATA, 0)
    assert task.settings == {"level": 4, "codec": "wavpack"}
    assert task.origins == {"level": "request", "codec": "preset v1/ecephys/compress_data@7"}


def test_the_request_names_the_job_type() -> None:
    content = request(codeocean_configs={"job_type": "odd"})
    assert plan_of(content).task(TaskId.COMPRESS_DATA, 0).settings == {"level": 1}


def test_presets_of_the_default_job_type_and_none_of_v2() -> None:
    plan = plan_of(request())
    skipped = plan.task(TaskId.CHECK_METADATA_FILES).skip_reason
    assert skipped == "Skipped by preset v1/default/check_metadata_files@7"
    assert plan.task(TaskId.UPLOAD_DATA_TO_S3).settings == {}


def test_job_types_without_presets_are_fine_and_broken_ones_are_not() -> None:
    assert plan_of(request(codeocean_configs={"job_type": "new"})).job_type == "new"
    with pytest.raises(RequestInvalid, match="this is not JSON"):
        plan_of(request(codeocean_configs={"job_type": "broken"}))
