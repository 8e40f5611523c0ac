"""What a task asks a cluster for."""

from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import ModalityPlan, ProgramPlan, TaskPlan
from aind_data_transfer_service.domain.slurm_job import slurm_job

DEFAULTS = {"partition": "aind", "time_limit": 60, "memory_per_node": 2048}


def merged(resources: dict[str, Any] | None = None, slurm: dict[str, Any] | None = None) -> Any:
    program = ProgramPlan(image_resources=resources, origins={"image_resources/qos": "preset p@1"})
    task = TaskPlan(task_id=TaskId.COMPRESS_DATA, map_index=0, modality=0, program=program)
    modality = ModalityPlan(
        name="SPIM", abbreviation="SPIM", source="/s", compress=True, slurm_settings=slurm
    )
    return slurm_job(task, modality, DEFAULTS)


def test_the_request_counts_before_the_preset_and_that_before_the_site() -> None:
    job = merged({"qos": "dev", "time_limit": 90}, {"time_limit": 120})
    assert job.properties == {**DEFAULTS, "qos": "dev", "time_limit": 120}
    assert job.origins["partition"] == "default"
    assert job.origins["qos"] == "preset p@1"
    assert job.origins["time_limit"] == "request"


def test_only_one_way_to_ask_for_memory_counts() -> None:
    job = merged(None, {"memory_per_cpu": 4000})
    assert "memory_per_node" not in job.properties
    assert "memory_per_node" not in job.origins
    assert job.properties["memory_per_cpu"] == 4000


def test_numbers_of_newer_versions_are_plain_here() -> None:
    job = merged({"time_limit": {"set": True, "infinite": False, "number": 5}})
    assert job.properties["time_limit"] == 5
    assert merged({"time_limit": {"set": False, "number": 5}}).properties["time_limit"] == 60


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("argv", ["x"], "the service sets it itself"),
        ("environment", {"LD_PRELOAD": "x"}, "the service sets it itself"),
        ("priority", "5", "slurmrestd does not take it"),
        ("gres", "gpu:1", "slurmrestd does not take it"),
        ("mail_user", "x", "this service does not pass it on"),
        ("time_limit", "60", "'60' is not a whole number"),
        ("qos", "two\nlines", "'two\\nlines' is not text"),
    ],
)
def test_what_does_not_count_is_told(name: str, value: object, why: str) -> None:
    job = merged(None, {name: value})
    assert job.not_sent == {name: why}
    assert job.properties == DEFAULTS


def test_what_clients_send_without_a_choice_is_not_told() -> None:
    given = {"environment": {}, "open_mode": "append", "array": "0-3"}
    assert merged(None, given).not_sent == {}
