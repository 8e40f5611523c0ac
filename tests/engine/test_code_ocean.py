"""Whole jobs with Code Ocean: what the engine makes of the tasks' ends, and of its own."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, TaskPlan
from aind_data_transfer_service.domain.states import JobState, TaskState
from aind_data_transfer_service.engine.services import control
from aind_data_transfer_service.engine.services.retry import retry
from aind_data_transfer_service.engine.services.views import JobDetail, TaskView
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v1 import accept_v1
from aind_data_transfer_service.settings import S3Settings
from aind_data_transfer_service.testing.code_ocean import FakeCodeOcean, Fault, RunScript
from aind_data_transfer_service.testing.s3_bucket import S3Bucket

from ..wire.v1.samples import payloads
from .code_ocean_worker import site_settings
from .conftest import Engine
from .plans import make_session, plan_of

# None of these depends on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ROOT = Path(__file__).parents[2]
REGISTER = TaskId.REGISTER_DATA_ASSET
RUN = TaskId.RUN_CODEOCEAN_PIPELINE


@pytest.fixture
def fake() -> Iterator[FakeCodeOcean]:
    with FakeCodeOcean() as fake:
        yield fake


@pytest.fixture
def site(engine: Engine, fake: FakeCodeOcean) -> Engine:
    """The engine of a service that knows Code Ocean, and waits for nothing long."""
    engine.settings = site_settings(engine.settings, domain=fake.url, token=fake.token)
    return engine


def asset_plan(folder: Path, runs: Sequence[dict[str, Any]]) -> JobPlan:
    """Return the plan of a job whose asset is registered, and that runs these."""
    make_session(folder)
    plan = plan_of(folder)
    name = plan.asset_name
    place = {"bucket": "real", "prefix": name, "keep_on_external_storage": True, "public": False}
    registration = TaskPlan(
        task_id=REGISTER,
        settings={
            "name": name,
            "mount": name,
            "tags": ["690165", "behavior", "raw"],
            "source": {"aws": place},
            "permissions": {"everyone": "viewer"},
        },
    )
    elements = [
        TaskPlan(task_id=RUN, map_index=index, label=f"run {index}", settings=settings)
        for index, settings in enumerate(runs)
    ]
    tasks: list[TaskPlan] = []
    for task in plan.tasks:
        tasks += {REGISTER: [registration], RUN: elements}.get(task.task_id, [task])
    return plan.model_copy(update={"tasks": tuple(tasks)})


def run_of(pipeline: str) -> dict[str, Any]:
    return {
        "computation_polling_interval": 0.02,
        "data_asset_ready_polling_interval": 0.02,
        "run_params": {"pipeline_id": pipeline, "data_assets": [{"id": "", "mount": "data"}]},
        "capture_settings": {"tags": ["derived"], "permissions": {"everyone": "viewer"}},
    }


def tasks_of(job: JobDetail, task_id: TaskId) -> list[TaskView]:
    return [task for task in job.tasks if task.task_id == task_id]


def runs_are_seen(job: JobDetail) -> bool:
    tasks = tasks_of(job, RUN)
    return bool(tasks) and all((task.outputs or {}).get("links") for task in tasks)


def test_the_asset_is_registered_and_five_pipelines_run_on_it(
    site: Engine, fake: FakeCodeOcean, tmp_path: Path
) -> None:
    site.start_worker()
    [job_id] = site.submit(asset_plan(tmp_path, [run_of(f"p{number}") for number in range(5)]))
    job = site.wait(job_id)
    assert job.state is JobState.SUCCESS
    [registered] = tasks_of(job, REGISTER)
    assert registered.outputs is not None
    assert registered.attempts[0].executor == "polling"
    captured = {str((task.outputs or {})["captured_asset_id"]) for task in tasks_of(job, RUN)}
    assert fake.world.assets.keys() == captured | {registered.outputs["asset_id"]}
    assert len({asset["name"] for asset in fake.world.assets.values()}) == 6
    assert {run["asked"]["pipeline_id"] for run in fake.world.runs.values()} == {
        f"p{number}" for number in range(5)
    }


def test_the_guides_request_from_the_folders_to_the_captured_results(
    site: Engine, fake: FakeCodeOcean, tmp_path: Path, bucket: S3Bucket
) -> None:
    s3 = S3Settings(
        endpoint_url=bucket.endpoint_url,
        region="us-east-1",
        access_key_id=SecretStr(bucket.access_key_id),
        secret_access_key=SecretStr(bucket.secret_access_key),
    )
    results = site.settings.codeocean.model_copy(update={"results_bucket": "results"})
    settings = {"s3": s3, "codeocean": results, "buckets": {"private": bucket.url}}
    site.settings = site.settings.model_copy(update=settings)
    request = payloads()["4_codeocean"]
    [wanted] = request["upload_jobs"]
    share = make_session(tmp_path, names=("pophys", "behavior", "behavior-videos"))
    for modality in wanted["modalities"]:
        modality["source"] = str(share / modality["modality"]["abbreviation"])
    [monitored] = wanted["codeocean_configs"]["pipeline_monitor_capsule_settings"]
    monitored |= {"computation_polling_interval": 0.02, "data_asset_ready_polling_interval": 0.02}
    body = json.dumps(request).encode()
    accepted = accept_v1(body, IntakePolicy.from_settings(site.settings))
    site.start_worker()
    [job_id] = site.submit(*accepted.plans)
    job = site.wait(job_id)
    assert job.state is JobState.SUCCESS
    raw, captured = fake.world.assets.values()
    assert raw["source_bucket"]["bucket"] == bucket.url.removeprefix("s3://")
    assert raw["source_bucket"]["prefix"] == raw["name"] == job.asset_name
    [run] = fake.world.runs.values()
    assert run["asked"]["data_assets"] == [{"id": raw["id"], "mount": "test_mount"}]
    assert captured["name"].startswith(f"{job.asset_name}_test-capture_")
    assert captured["source_bucket"]["bucket"] == "results"
    kept = [path.read_text() for path in site.settings.work_root.rglob("*") if path.is_file()]
    assert kept
    assert not [text for text in kept if fake.token in text]


def test_links_are_shown_while_runs_go_on_and_a_cancelled_job_stops_them(
    site: Engine, fake: FakeCodeOcean, tmp_path: Path
) -> None:
    fake.world.scripts = [RunScript(looks=-1)] * 2
    site.start_worker()
    [job_id] = site.submit(asset_plan(tmp_path, [run_of("p0"), run_of("p1")]))
    site.wait_until(job_id, runs_are_seen)
    control.cancel(site.database, job_id, by="test")
    job = site.wait(job_id)
    assert job.state is JobState.CANCELLED
    assert len(fake.world.deleted_runs) == 2


def test_faults_are_tried_again_by_the_retry_policy(
    site: Engine, fake: FakeCodeOcean, tmp_path: Path
) -> None:
    fake.fail(Fault("POST", "data_assets", 429), Fault("POST", "computations", 429, times=2))
    site.start_worker()
    [job_id] = site.submit(asset_plan(tmp_path, [run_of("p0")]))
    job = site.wait(job_id)
    assert job.state is JobState.SUCCESS
    assert [task.try_number for task in tasks_of(job, REGISTER) + tasks_of(job, RUN)] == [2, 3]
    assert len(fake.world.runs) == 1


def test_one_failed_run_fails_the_job_after_the_others_and_a_retry_runs_it_alone(
    site: Engine, fake: FakeCodeOcean, tmp_path: Path
) -> None:
    site.start_worker()
    fake.world.unknown = {"p0"}
    [job_id] = site.submit(asset_plan(tmp_path, [run_of("p0"), run_of("p1")]))
    job = site.wait(job_id)
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error["code"] == "codeocean_not_found"
    assert "pipeline not found" in job.error["message"]
    assert [task.state for task in tasks_of(job, RUN)] == [TaskState.FAILED, TaskState.SUCCESS]
    [staging] = tasks_of(job, TaskId.REMOVE_STAGING_FOLDER)
    assert staging.state is TaskState.UPSTREAM_FAILED
    fake.world.unknown = set()
    retry(site.database, site.queue, job_id, by="test")
    assert site.wait(job_id).state is JobState.SUCCESS
    assert len(fake.world.runs) == 2


def test_an_attempt_that_takes_too_long_is_ended_and_its_run_stopped(
    site: Engine, fake: FakeCodeOcean, tmp_path: Path
) -> None:
    limit = {"task_time_limit": {RUN: timedelta(seconds=0.5)}}
    site.settings = site.settings.model_copy(update=limit)
    fake.world.scripts = [RunScript(looks=-1)]
    site.start_worker()
    [job_id] = site.submit(asset_plan(tmp_path, [run_of("p0")]))
    job = site.wait(job_id)
    assert job.error is not None
    assert job.error["code"] == "time_limit"
    assert len(fake.world.deleted_runs) == 1


def test_a_killed_worker_leaves_runs_that_the_next_one_finds(
    site: Engine, fake: FakeCodeOcean, tmp_path: Path
) -> None:
    """Killed with SIGKILL between Code Ocean's taking a run and noting it, then while waiting."""
    fake.world.scripts = [RunScript(looks=-1)]
    fake.fail(Fault("POST", "computations", 200, carried_out=True, delay_seconds=1.0))
    [job_id] = site.submit(asset_plan(tmp_path, [run_of("p0")]))
    _kill_worker_when(site, fake, lambda: fake.count("POST", "computations") == 1, job_id)
    _kill_worker_when(site, fake, lambda: fake.count("GET", "computations/.*") > 0, job_id)
    [run] = fake.world.runs
    fake.world.finish(run)
    site.start_worker()
    assert site.wait(job_id).state is JobState.SUCCESS
    assert fake.count("POST", "computations") == 1
    assert fake.count("POST", "data_assets") == 2  # the session, and the results


def _kill_worker_when(
    site: Engine, fake: FakeCodeOcean, holds: Callable[[], bool], job_id: str
) -> None:
    """Start a worker in a process of its own, and kill it as soon as something holds."""
    module = "tests.engine.code_ocean_worker"
    command = (sys.executable, "-m", module, str(site.settings.home), site.settings.database)
    worker = subprocess.Popen([*command, fake.url, fake.token], cwd=ROOT)
    try:
        site.wait_until(job_id, lambda _job: holds())
    finally:
        worker.kill()
        worker.wait()
