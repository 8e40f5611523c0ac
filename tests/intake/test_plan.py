"""What a job would do, told without doing it."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from aind_data_transfer_service.domain.pipeline import PIPELINE, TaskId
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.intake.plan import describe, describe_task
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v1 import accept_v1
from aind_data_transfer_service.intake.v2 import accept_v2
from aind_data_transfer_service.settings import Settings, SlurmSettings

from ..wire.v1.samples import modality
from ..wire.v2.samples import request
from .preset_samples import presets, v2_key

PRESETS = presets({"v2/default/tasks/upload_data_to_s3": {"job_settings": {"concurrency": 4}}})
POLICY = IntakePolicy.from_settings(Settings(buckets={"default": "s3://aind/"}, path_checks="off"))


@pytest.fixture
def share(tmp_path: Path) -> Path:
    for name in ("ecephys/a.dat", "ecephys/sub/b.dat", "meta/subject.json", "meta/notes.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"123")
    return tmp_path


@pytest.fixture
def plan(share: Path) -> JobPlan:
    tasks = {
        "modality_transformation_settings": {
            "ecephys": {"job_settings": {"input_source": str(share / "ecephys"), "level": 3}},
            "behavior": {"skip_task": True},
        },
        "gather_preliminary_metadata": {"job_settings": {"metadata_dir": str(share / "meta")}},
        "check_metadata_files": {"skip_task": True},
    }
    modalities = [{"abbreviation": name} for name in ("ecephys", "behavior", "fib")]
    body = json.dumps(request(tasks=tasks, modalities=modalities)).encode()
    [found] = accept_v2(body, POLICY, PRESETS).plans
    return found


def task(plan: JobPlan, task_id: TaskId, map_index: int = -1) -> dict[str, Any]:
    [found] = [
        task
        for task in describe(plan)["tasks"]
        if (task["task_id"], task["map_index"]) == (task_id, map_index)
    ]
    return dict(found)


def test_it_is_json_and_has_every_task(plan: JobPlan) -> None:
    described = describe(plan)
    assert json.loads(json.dumps(described)) == described
    assert {task["task_id"] for task in described["tasks"]} == {task.task_id for task in PIPELINE}


def test_where_to(plan: JobPlan) -> None:
    described = describe(plan)
    name = "655019_2022-05-10_16-05-06"
    assert described["location"] == f"s3://aind/{name}/"
    assert described["key_prefix"] == f"{name}/"


def test_what_from(plan: JobPlan, share: Path) -> None:
    described = describe(plan)
    name = plan.asset_name
    ecephys, behavior, fib, metadata = described["sources"]
    assert ecephys == {
        "name": "ecephys",
        "source": str(share / "ecephys"),
        "target_prefix": f"{name}/ecephys/",
        "files": 2,
        "bytes": 6,
        "complete": True,
        "text": "2 files, 6 bytes",
        "problem": None,
        "compress": True,
    }
    assert behavior["text"] == "Nothing of it is uploaded: its task is skipped"
    assert (behavior["target_prefix"], behavior["complete"]) == (None, True)
    assert (fib["text"], fib["complete"]) == ("No source was given", False)
    assert (metadata["target_prefix"], metadata["files"]) == (f"{name}/", 1)
    assert described["total"] == {
        "files": 3,
        "bytes": 9,
        "complete": False,
        "text": "at least 3 files, 9 bytes",
    }


def test_settings_and_where_each_came_from(plan: JobPlan) -> None:
    compress = task(plan, TaskId.COMPRESS_DATA, 0)
    assert compress["settings"]["level"] == 3
    assert compress["origins"]["level"] == "request"
    assert compress["settings"]["codec"] == "pcodec"
    assert compress["origins"]["codec"] == "default"
    upload = task(plan, TaskId.UPLOAD_DATA_TO_S3)
    assert upload["settings"] == {"concurrency": 4}
    assert upload["origins"] == {"concurrency": v2_key("default", "upload_data_to_s3")}
    assert task(plan, TaskId.VERIFY_UPLOAD)["origins"] == {"concurrency": "default"}


def test_what_an_executor_is_asked_for(plan: JobPlan) -> None:
    compress = task(plan, TaskId.COMPRESS_DATA, 0)["executor"]
    assert compress["runs_as"] == "process"
    assert compress["cpus"] is None
    assert compress["memory_mb"] > task(plan, TaskId.UPLOAD_DATA_TO_S3)["executor"]["memory_mb"]
    assert task(plan, TaskId.SEND_JOB_END_EMAIL)["executor"] == {"runs_as": "inline"}
    final = TaskId.GATHER_FINAL_METADATA
    assert task(plan, final)["executor"] == {"runs_as": "inline"}
    with_tools = describe_task(plan.task(final), plan, tools=True)["executor"]
    assert with_tools["runs_as"] == "process"
    assert with_tools["memory_mb"] > 500
    skipped = task(plan, TaskId.CHECK_METADATA_FILES)
    assert (skipped["skip_reason"], skipped["executor"]) == ("Skipped by the request", None)


def test_slurm_settings_of_a_v1_job() -> None:
    slurm = {"environment": {}, "time_limit": 60}
    body = json.dumps(modality(slurm_settings=slurm)).encode()
    [plan] = accept_v1(body, POLICY).plans
    asked = task(plan, TaskId.COMPRESS_DATA, 0)["executor"]["slurm_settings"]
    assert asked["time_limit"] == 60


def test_what_a_cluster_is_asked_for_with_each_origin() -> None:
    slurm = {"environment": {}, "time_limit": 60, "priority": "5"}
    body = json.dumps(modality(compress_raw_data=True, slurm_settings=slurm)).encode()
    [plan] = accept_v1(body, POLICY).plans
    cluster = SlurmSettings(url="http://slurm:6820", token=SecretStr("x"), partition="aind")
    described = next(
        task
        for task in describe(plan, slurm=cluster)["tasks"]
        if task["task_id"] == TaskId.COMPRESS_DATA
    )
    asked = described["executor"]["slurm"]
    assert (asked["properties"]["partition"], asked["origins"]["partition"]) == ("aind", "default")
    assert (asked["properties"]["time_limit"], asked["origins"]["time_limit"]) == (60, "request")
    assert asked["not_sent"] == {"priority": "slurmrestd does not take it"}


def test_folders_outside_the_roots_are_not_looked_at(plan: JobPlan, tmp_path: Path) -> None:
    described = describe(plan, source_roots=[tmp_path / "elsewhere"])
    assert "leads out of" in described["sources"][0]["text"]
    assert described["total"]["files"] == 0


def test_nothing_is_written(plan: JobPlan, share: Path) -> None:
    before = sorted(path.stat().st_mtime_ns for path in share.rglob("*"))
    describe(plan)
    assert sorted(path.stat().st_mtime_ns for path in share.rglob("*")) == before
