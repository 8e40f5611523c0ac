"""The upload, with the way to the server failing, the program killed and the objects harmed."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.manifest import MANIFEST_NAME
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.storage.marker import MARKER_NAME
from aind_data_transfer_service.tasks.spec import (
    CREDENTIALS_FILE,
    RESULT_FILE,
    SPEC_FILE,
    ResultState,
    StorageOptions,
    TaskResult,
)
from aind_data_transfer_service.testing.s3_bucket import REGION, S3Bucket
from aind_data_transfer_service.testing.tcp_proxy import TcpProxy

from .factories import ASSET_NAME, make_plan, make_spec

SMALL_FILES = 40
SMALL_BYTES = 100_000
LARGE_BYTES = 17_000_000
ALL_FILES = SMALL_FILES + 1
"""Of which one is large enough to go in parts."""
MOST_OF_THE_SMALL = 3_000_000
PATIENCE_SECONDS = 60


@pytest.fixture
def proxy(bucket: S3Bucket) -> Iterator[TcpProxy]:
    with TcpProxy(bucket.endpoint_url) as proxy:
        yield proxy


@pytest.fixture
def new_attempt(tmp_path: Path, bucket: S3Bucket, proxy: TcpProxy) -> Callable[[TaskId], Path]:
    """Return a function that prepares the folder of an attempt."""
    staging, job_folder = tmp_path / "staging", tmp_path / "job"
    job_folder.mkdir()
    staging.mkdir()
    for number in range(SMALL_FILES):
        (staging / f"{number}.bin").write_bytes(bytes([number]) * SMALL_BYTES)
    (staging / "large.bin").write_bytes(b"large" * (LARGE_BYTES // 5))

    def prepare(task_id: TaskId) -> Path:
        spec = make_spec(
            tmp_path,
            task_id,
            plan=make_plan(tmp_path, storage_url=bucket.url),
            staging_folder=str(staging),
            job_folder=str(job_folder),
            storage=StorageOptions(endpoint_url=proxy.url, region=REGION),
            settings={"concurrency": 4},
        )
        folder = tmp_path / f"attempt-{len(list(tmp_path.glob('attempt-*')))}"
        folder.mkdir()
        (folder / SPEC_FILE).write_text(spec.model_dump_json())
        (folder / CREDENTIALS_FILE).write_text(json.dumps(bucket.credentials))
        return folder

    return prepare


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = (sys.executable, "-m", "aind_data_transfer_service.tasks", "run", folder / SPEC_FILE)
    return subprocess.Popen(command)


def run(folder: Path) -> TaskResult:
    with start(folder) as program:
        program.wait(PATIENCE_SECONDS)
    return result_of(folder)


def result_of(folder: Path) -> TaskResult:
    return TaskResult.model_validate_json((folder / RESULT_FILE).read_bytes())


def objects(bucket: S3Bucket) -> dict[str, int]:
    client = bucket.client()
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket.name)
    found = {each["Key"]: each["Size"] for page in pages for each in page.get("Contents", ())}
    client.close()
    return {key.removeprefix(f"{ASSET_NAME}/"): size for key, size in found.items()}


def journal(tmp_path: Path) -> list[str]:
    lines = (tmp_path / "job" / "manifest.jsonl").read_text().splitlines()
    return [json.loads(line)["path"] for line in lines if line.endswith("}")]


def assert_unfinished(bucket: S3Bucket, tmp_path: Path) -> None:
    there = objects(bucket)
    assert MARKER_NAME in there
    assert MANIFEST_NAME not in there
    sent = journal(tmp_path)
    assert 0 < len(sent) < ALL_FILES
    assert set(sent) <= there.keys()
    for name, size in there.items():
        assert size == {"large.bin": LARGE_BYTES}.get(name, SMALL_BYTES) or name == MARKER_NAME


def assert_whole(bucket: S3Bucket, tmp_path: Path) -> None:
    there = objects(bucket)
    assert MARKER_NAME not in there
    assert there.pop(MANIFEST_NAME) == (tmp_path / "job" / MANIFEST_NAME).stat().st_size
    assert len(there) == ALL_FILES
    assert_no_parts(bucket)


def assert_no_parts(bucket: S3Bucket) -> None:
    client = bucket.client()
    assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket.name)
    client.close()


def test_server_gone_and_back(
    tmp_path: Path,
    bucket: S3Bucket,
    proxy: TcpProxy,
    new_attempt: Callable[[TaskId], Path],
) -> None:
    proxy.break_after(MOST_OF_THE_SMALL)
    first = run(new_attempt(TaskId.UPLOAD_DATA_TO_S3))
    assert first.error is not None
    assert (first.error.code, first.error.retryable) == ("storage_unavailable", True)
    assert_unfinished(bucket, tmp_path)
    sent, before = len(journal(tmp_path)), proxy.sent_bytes
    proxy.restore()
    second = run(new_attempt(TaskId.UPLOAD_DATA_TO_S3))
    assert second.outputs["skipped_files"] == sent
    assert proxy.sent_bytes - before < LARGE_BYTES + SMALL_FILES * SMALL_BYTES
    assert_whole(bucket, tmp_path)


def test_killed_and_run_again(
    tmp_path: Path,
    bucket: S3Bucket,
    proxy: TcpProxy,
    new_attempt: Callable[[TaskId], Path],
) -> None:
    proxy.hold_after(MOST_OF_THE_SMALL)
    with start(new_attempt(TaskId.UPLOAD_DATA_TO_S3)) as program:
        assert proxy.struck.wait(PATIENCE_SECONDS)
        program.kill()
    proxy.restore()
    assert_unfinished(bucket, tmp_path)
    sent = len(journal(tmp_path))
    assert run(new_attempt(TaskId.UPLOAD_DATA_TO_S3)).outputs["skipped_files"] == sent
    assert_whole(bucket, tmp_path)
    assert run(new_attempt(TaskId.VERIFY_UPLOAD)).outputs["read_back"] == ALL_FILES


def test_told_to_end(
    tmp_path: Path,
    bucket: S3Bucket,
    proxy: TcpProxy,
    new_attempt: Callable[[TaskId], Path],
) -> None:
    proxy.hold_after(MOST_OF_THE_SMALL)
    folder = new_attempt(TaskId.UPLOAD_DATA_TO_S3)
    with start(folder) as program:
        assert proxy.struck.wait(PATIENCE_SECONDS)
        program.send_signal(signal.SIGTERM)
        proxy.restore()
        assert program.wait(PATIENCE_SECONDS) == 143
    assert result_of(folder).state is ResultState.CANCELLED
    assert_unfinished(bucket, tmp_path)


def test_harmed_objects_are_found_and_mended(
    tmp_path: Path, bucket: S3Bucket, new_attempt: Callable[[TaskId], Path]
) -> None:
    assert run(new_attempt(TaskId.UPLOAD_DATA_TO_S3)).state is ResultState.SUCCESS
    client = bucket.client()
    for name, data in (("3.bin", b"x" * SMALL_BYTES), ("large.bin", b"y" * LARGE_BYTES)):
        client.put_object(Bucket=bucket.name, Key=f"{ASSET_NAME}/{name}", Body=data)
    client.close()
    error = run(new_attempt(TaskId.VERIFY_UPLOAD)).error
    assert error is not None
    assert [each["key"] for each in error.details["mismatches"]] == [
        f"{ASSET_NAME}/3.bin",
        f"{ASSET_NAME}/large.bin",
    ]
    again = run(new_attempt(TaskId.UPLOAD_DATA_TO_S3))
    assert again.outputs["skipped_files"] == ALL_FILES - 2
    assert run(new_attempt(TaskId.VERIFY_UPLOAD)).state is ResultState.SUCCESS
    assert_whole(bucket, tmp_path)
