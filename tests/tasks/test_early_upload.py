"""Finished stacks go up while the next are compressed."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from aind_data_transfer_service.domain.manifest import MANIFEST_NAME
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, Partition, TaskPlan
from aind_data_transfer_service.storage.marker import MARKER_NAME
from aind_data_transfer_service.tasks.context import TaskContext
from aind_data_transfer_service.tasks.early_upload import EarlyUpload
from aind_data_transfer_service.tasks.spec import (
    CREDENTIALS_FILE,
    LOG_FILE,
    RESULT_FILE,
    SPEC_FILE,
    EarlierTask,
    ResultState,
    StorageOptions,
    TaskResult,
    TaskSpec,
)
from aind_data_transfer_service.testing.s3_bucket import REGION, S3Bucket
from aind_data_transfer_service.testing.smartspim import SpimSize, write_session
from aind_data_transfer_service.testing.tcp_proxy import TcpProxy

from .factories import ASSET_NAME, earlier, make_plan, make_spec, modality

SETTINGS = {"chunk_size": [16, 32, 32], "downsample_levels": 2, "workers": 1}
SIZE = SpimSize(columns=4, slices=16, height=64, width=64)
STACK_FILES = 4 + 1 + 2 + 2
"""The chunks of two levels, the levels' metadata, the stack's."""
ELEMENTS = 2
SOME_BYTES = 20_000
"""Fewer than a stack has."""
PATIENCE_SECONDS = 60
PAUSED = Path(__file__).with_name("early_upload_program.py")


@pytest.fixture
def proxy(bucket: S3Bucket) -> Iterator[TcpProxy]:
    with TcpProxy(bucket.endpoint_url) as proxy:
        yield proxy


class Job:
    """The tasks of a job with four stacks and two elements, each run as its program."""

    def __init__(self, tmp_path: Path, bucket: S3Bucket, proxy: TcpProxy, **settings: Any) -> None:
        self._tmp_path = tmp_path
        self._bucket = bucket
        self._proxy = proxy
        session = write_session(tmp_path / "share" / "spim", SIZE)
        self.plan = _plan(tmp_path, session, bucket.url, {**SETTINGS, **settings})
        self._done: list[EarlierTask] = []
        self.folder = tmp_path / "jobs"
        self.staging = tmp_path / "staging"
        self.folder.mkdir()
        self.staging.mkdir()

    def prepare(self, task_id: TaskId, index: int = -1) -> tuple[TaskSpec, Path]:
        """Make the folder of an attempt."""
        spec = make_spec(
            self._tmp_path,
            task_id,
            plan=self.plan,
            map_index=index,
            staging_folder=str(self.staging),
            job_folder=str(self.folder),
            storage=StorageOptions(endpoint_url=self._proxy.url, region=REGION),
            earlier=tuple(self._done),
        )
        attempt = self._tmp_path / f"attempt-{len(list(self._tmp_path.glob('attempt-*')))}"
        attempt.mkdir()
        (attempt / SPEC_FILE).write_text(spec.model_dump_json())
        (attempt / CREDENTIALS_FILE).write_text(json.dumps(self._bucket.credentials))
        return spec, attempt

    def start_paused(self, index: int) -> tuple[subprocess.Popen[bytes], Path]:
        """Start an element that waits for a line after each stack."""
        _, attempt = self.prepare(TaskId.COMPRESS_DATA, index)
        program = subprocess.Popen((sys.executable, PAUSED, attempt), stdin=subprocess.PIPE)
        return program, attempt

    def run(self, task_id: TaskId, index: int = -1) -> TaskResult:
        _, attempt = self.prepare(task_id, index)
        module = "aind_data_transfer_service.tasks"
        command = (sys.executable, "-m", module, "run", attempt / SPEC_FILE)
        subprocess.run(command, check=False, timeout=PATIENCE_SECONDS)
        return self.note(task_id, index, result_of(attempt))

    def note(self, task_id: TaskId, index: int, result: TaskResult) -> TaskResult:
        """Let later tasks know how one ended."""
        if result.state is ResultState.SUCCESS:
            self._done.append(
                earlier(
                    task_id,
                    index,
                    outputs=dict(result.outputs),
                    started_at=result.started_at,
                    ended_at=result.ended_at,
                )
            )
        return result

    def finish(self) -> tuple[TaskResult, TaskResult]:
        """Run what comes after the compression; return how upload and verification ended."""
        assert self.run(TaskId.GATHER_FINAL_METADATA).state is ResultState.SUCCESS
        return self.run(TaskId.UPLOAD_DATA_TO_S3), self.run(TaskId.VERIFY_UPLOAD)

    def sent_early(self) -> set[str]:
        """Paths of the files that the elements noted as sent."""
        lines = [
            line
            for path in self.folder.glob("manifest.compress_data.*.jsonl")
            for line in path.read_text().splitlines(keepends=True)
        ]
        return {json.loads(line)["path"] for line in lines if line.endswith("\n")}

    def objects(self) -> set[str]:
        client = self._bucket.client()
        found = client.list_objects_v2(Bucket=self._bucket.name).get("Contents", [])
        client.close()
        return {each["Key"].removeprefix(f"{ASSET_NAME}/") for each in found}


@pytest.fixture
def job(tmp_path: Path, bucket: S3Bucket, proxy: TcpProxy) -> Job:
    return Job(tmp_path, bucket, proxy, upload_finished_stacks=True)


def _plan(tmp_path: Path, session: Path, url: str, settings: dict[str, Any]) -> JobPlan:
    spim = modality(session, "SPIM", compress=True)
    plan = make_plan(tmp_path, modalities=(spim,), storage_url=url)
    others = [task for task in plan.tasks if task.task_id is not TaskId.COMPRESS_DATA]
    elements = [
        TaskPlan(
            task_id=TaskId.COMPRESS_DATA,
            map_index=index,
            modality=0,
            partition=Partition(index=index, count=ELEMENTS, origin="default"),
            settings=settings,
        )
        for index in range(ELEMENTS)
    ]
    return plan.model_copy(update={"tasks": (*others, *elements)})


def result_of(attempt: Path) -> TaskResult:
    return TaskResult.model_validate_json((attempt / RESULT_FILE).read_bytes())


def stack_folder(job: Job, name: str) -> Path:
    """Make a folder as a finished stack is."""
    folder = job.staging / "SPIM" / "Ex_488_Em_525" / f"{name}.ome.zarr"
    (folder / "0").mkdir(parents=True)
    (folder / ".zattrs").write_text("{}")
    (folder / "0" / "0").write_bytes(b"chunk")
    return folder


def wait_for(job: Job, count: int) -> None:
    """Wait until so many files are noted as sent."""
    end = time.monotonic() + PATIENCE_SECONDS
    while len(job.sent_early()) < count:
        assert time.monotonic() < end
        Event().wait(0.02)


def test_finished_folders_go_up_under_the_marker_and_nothing_else(job: Job) -> None:
    spec, attempt = job.prepare(TaskId.COMPRESS_DATA, 0)
    folder = stack_folder(job, "1")
    stack_folder(job, "not finished")
    with EarlyUpload(TaskContext(spec, attempt)) as early:
        early.add(folder)
        wait_for(job, 2)
    stack = "SPIM/Ex_488_Em_525/1.ome.zarr"
    assert job.objects() == {MARKER_NAME, f"{stack}/.zattrs", f"{stack}/0/0"}
    assert early.outputs == {"folders_sent": 1}


def test_a_folder_that_cannot_be_sent_is_left_and_the_next_goes(
    job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    spec, attempt = job.prepare(TaskId.COMPRESS_DATA, 0)
    bad, good = stack_folder(job, "1"), stack_folder(job, "2")
    (bad / "0" / "line\nfeed").write_bytes(b"")
    with EarlyUpload(TaskContext(spec, attempt)) as early:
        early.add(bad)
        early.add(good)
        wait_for(job, 2)
    assert {path.split("/")[2] for path in job.sent_early()} == {"2.ome.zarr"}
    assert "1.ome.zarr is left to upload_data_to_s3" in caplog.text


def test_what_was_sent_is_not_sent_again(job: Job) -> None:
    program, attempt = job.start_paused(0)
    wait_for(job, STACK_FILES)
    assert MARKER_NAME in job.objects()
    program.communicate(b"\n\n", PATIENCE_SECONDS)
    first = job.note(TaskId.COMPRESS_DATA, 0, result_of(attempt))
    assert first.outputs["folders_sent"] in {1, 2}
    assert job.run(TaskId.COMPRESS_DATA, 1).state is ResultState.SUCCESS
    sent = len(job.sent_early())
    assert MANIFEST_NAME not in job.objects()
    upload, verify = job.finish()
    assert upload.outputs["skipped_files"] == sent >= STACK_FILES
    assert verify.state is ResultState.SUCCESS
    assert verify.outputs["read_back"] == upload.outputs["files"] > 4 * STACK_FILES
    assert verify.outputs["unexpected_objects"] == 0
    assert MARKER_NAME not in job.objects()
    assert list(job.folder.glob("manifest.compress_data.*")) == []


def test_what_changed_after_it_was_sent_is_sent_again(job: Job) -> None:
    spec, attempt = job.prepare(TaskId.COMPRESS_DATA, 0)
    folder = stack_folder(job, "1")
    with EarlyUpload(TaskContext(spec, attempt)) as early:
        early.add(folder)
        wait_for(job, 2)
    (folder / "0" / "0").write_bytes(b"other")
    result = job.run(TaskId.UPLOAD_DATA_TO_S3)
    assert (result.outputs["files"], result.outputs["skipped_files"]) == (2, 1)
    assert job.run(TaskId.VERIFY_UPLOAD).state is ResultState.SUCCESS


def test_a_store_that_is_away_is_no_matter(job: Job, proxy: TcpProxy) -> None:
    proxy.break_after(0)
    assert job.run(TaskId.COMPRESS_DATA, 0).outputs["folders_sent"] == 0
    proxy.restore()
    assert job.run(TaskId.COMPRESS_DATA, 1).state is ResultState.SUCCESS
    _, verify = job.finish()
    assert verify.state is ResultState.SUCCESS


def test_a_program_that_is_killed_goes_on_and_all_is_sent(job: Job, proxy: TcpProxy) -> None:
    proxy.hold_after(SOME_BYTES)
    program, _ = job.start_paused(0)
    assert proxy.struck.wait(PATIENCE_SECONDS)
    program.kill()
    program.communicate()
    proxy.restore()
    noted = job.sent_early()
    assert len(noted) < STACK_FILES
    program, attempt = job.start_paused(0)  # it keeps the finished stack, and sends its rest
    wait_for(job, STACK_FILES)
    program.communicate(b"\n\n", PATIENCE_SECONDS)
    job.note(TaskId.COMPRESS_DATA, 0, result_of(attempt))
    assert (attempt / LOG_FILE).read_text().count("kept from an earlier attempt") == 1
    assert noted <= job.sent_early()
    assert job.run(TaskId.COMPRESS_DATA, 1).state is ResultState.SUCCESS
    sent = len(job.sent_early())
    upload, verify = job.finish()
    assert upload.outputs["skipped_files"] == sent
    assert verify.state is ResultState.SUCCESS


def test_a_program_that_is_told_to_end_does_so(job: Job, proxy: TcpProxy) -> None:
    proxy.hold_after(SOME_BYTES)
    program, attempt = job.start_paused(0)
    assert proxy.struck.wait(PATIENCE_SECONDS)
    program.send_signal(signal.SIGTERM)
    program.communicate(timeout=PATIENCE_SECONDS)
    assert program.returncode == 143
    assert result_of(attempt).state is ResultState.CANCELLED
    proxy.restore()
    assert MANIFEST_NAME not in job.objects()


def test_what_is_wrong_in_the_store_is_sent_again(job: Job, bucket: S3Bucket) -> None:
    spec, attempt = job.prepare(TaskId.COMPRESS_DATA, 0)
    folder = stack_folder(job, "1")
    with EarlyUpload(TaskContext(spec, attempt)) as early:
        early.add(folder)
        wait_for(job, 2)
    job.run(TaskId.UPLOAD_DATA_TO_S3)
    client = bucket.client()
    key = f"{ASSET_NAME}/SPIM/Ex_488_Em_525/1.ome.zarr/0/0"
    client.put_object(Bucket=bucket.name, Key=key, Body=b"chonk")
    client.close()
    error = job.run(TaskId.VERIFY_UPLOAD).error
    assert error is not None
    assert [each["key"] for each in error.details["mismatches"]] == [key]
    assert job.run(TaskId.UPLOAD_DATA_TO_S3).outputs["skipped_files"] == 1
    assert job.run(TaskId.VERIFY_UPLOAD).state is ResultState.SUCCESS


def test_without_the_setting_nothing_goes_up(
    tmp_path: Path, bucket: S3Bucket, proxy: TcpProxy
) -> None:
    job = Job(tmp_path, bucket, proxy)
    assert "folders_sent" not in job.run(TaskId.COMPRESS_DATA, 0).outputs
    assert proxy.sent_bytes == 0


def test_nothing_goes_up_where_the_upload_is_left_out(job: Job, proxy: TcpProxy) -> None:
    tasks = [
        task.model_copy(update={"skip_reason": "skip_task"})
        if task.task_id is TaskId.UPLOAD_DATA_TO_S3
        else task
        for task in job.plan.tasks
    ]
    job.plan = job.plan.model_copy(update={"tasks": tuple(tasks)})
    assert job.run(TaskId.COMPRESS_DATA, 0).state is ResultState.SUCCESS
    assert proxy.sent_bytes == 0


def test_the_setting_is_true_or_false(tmp_path: Path, bucket: S3Bucket, proxy: TcpProxy) -> None:
    job = Job(tmp_path, bucket, proxy, upload_finished_stacks="yes")
    error = job.run(TaskId.COMPRESS_DATA, 0).error
    assert error is not None
    assert error.code == "transform_settings_invalid"
    assert "upload_finished_stacks" in error.message
