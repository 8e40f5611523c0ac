"""A large file whose upload is killed: the next attempt sends the rest."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.manifest import MANIFEST_NAME
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.tasks.spec import (
    CREDENTIALS_FILE,
    RESULT_FILE,
    SPEC_FILE,
    ResultState,
    StorageOptions,
    TaskResult,
)
from aind_data_transfer_service.testing.object_store import pattern
from aind_data_transfer_service.testing.s3_bucket import REGION, S3Bucket
from aind_data_transfer_service.testing.tcp_proxy import TcpProxy

from .factories import ASSET_NAME, make_plan, make_spec

MIB = 1 << 20
PART = 16 * MIB
SIZE = 10 * PART
KILLED_AT = 9 * PART
IN_FLIGHT = 5 * PART
"""At most; they are lost with the program."""
PATIENCE_SECONDS = 60


class KilledUploadTests:
    """On any S3 server."""

    @pytest.fixture
    def proxy(self, bucket: S3Bucket) -> Iterator[TcpProxy]:
        with TcpProxy(bucket.endpoint_url) as proxy:
            yield proxy

    @pytest.fixture
    def video(self, tmp_path: Path) -> Path:
        (tmp_path / "staging").mkdir()
        (tmp_path / "job").mkdir()
        video = tmp_path / "staging" / "video.avi"
        video.write_bytes(pattern(SIZE))
        return video

    def test_the_second_attempt_sends_only_the_rest(
        self, tmp_path: Path, bucket: S3Bucket, proxy: TcpProxy, video: Path
    ) -> None:
        kill_at(KILLED_AT, new_attempt(tmp_path, bucket, proxy), proxy)
        before = proxy.sent_bytes
        attempt = new_attempt(tmp_path, bucket, proxy)
        result = run(attempt)
        assert result.state is ResultState.SUCCESS
        assert proxy.sent_bytes - before < SIZE - KILLED_AT + IN_FLIGHT + MIB
        assert "parts are there already" in (attempt / "log.txt").read_text()
        [*_, last] = (attempt / "progress.jsonl").read_text().splitlines()
        assert json.loads(last)["done"] == json.loads(last)["total"] == SIZE
        digest = hashlib.sha256(video.read_bytes()).hexdigest()
        assert (tmp_path / "job" / MANIFEST_NAME).read_text() == f"{digest}  video.avi\n"
        assert open_uploads(bucket) == []
        assert not (tmp_path / "job" / "parts").exists()
        verify = run(new_attempt(tmp_path, bucket, proxy, TaskId.VERIFY_UPLOAD))
        assert verify.outputs["read_back"] == 1

    def test_a_file_that_changed_in_between_is_sent_whole(
        self, tmp_path: Path, bucket: S3Bucket, proxy: TcpProxy, video: Path
    ) -> None:
        kill_at(KILLED_AT, new_attempt(tmp_path, bucket, proxy), proxy)
        video.write_bytes(pattern(SIZE)[::-1])
        os.utime(video, ns=(0, 0))
        before = proxy.sent_bytes
        assert run(new_attempt(tmp_path, bucket, proxy)).state is ResultState.SUCCESS
        assert proxy.sent_bytes - before > SIZE
        digest = hashlib.sha256(video.read_bytes()).hexdigest()
        assert (tmp_path / "job" / MANIFEST_NAME).read_text() == f"{digest}  video.avi\n"
        assert open_uploads(bucket) == []

    def test_a_file_that_is_gone_leaves_no_parts(
        self, tmp_path: Path, bucket: S3Bucket, proxy: TcpProxy, video: Path
    ) -> None:
        kill_at(KILLED_AT, new_attempt(tmp_path, bucket, proxy), proxy)
        assert open_uploads(bucket) == [f"{ASSET_NAME}/video.avi"]
        video.rename(video.with_name("other.avi"))
        assert run(new_attempt(tmp_path, bucket, proxy)).state is ResultState.SUCCESS
        assert open_uploads(bucket) == []


class TestMoto(KilledUploadTests):
    """The simulated server."""


@pytest.mark.service("swift")
class TestSwift(KilledUploadTests):
    """OpenStack Swift."""

    @pytest.fixture
    def bucket(self, service_url: str) -> S3Bucket:
        return S3Bucket.at(service_url)


@pytest.mark.service("rclone")
class TestRclone(KilledUploadTests):
    """rclone."""

    @pytest.fixture
    def bucket(self, service_url: str) -> S3Bucket:
        return S3Bucket.at(service_url)


def new_attempt(
    tmp_path: Path,
    bucket: S3Bucket,
    proxy: TcpProxy,
    task_id: TaskId = TaskId.UPLOAD_DATA_TO_S3,
) -> Path:
    """Prepare the folder of an attempt."""
    spec = make_spec(
        tmp_path,
        task_id,
        plan=make_plan(tmp_path, storage_url=bucket.url),
        staging_folder=str(tmp_path / "staging"),
        job_folder=str(tmp_path / "job"),
        storage=StorageOptions(endpoint_url=proxy.url, region=REGION),
    )
    folder = tmp_path / f"attempt-{len(list(tmp_path.glob('attempt-*')))}"
    folder.mkdir()
    (folder / SPEC_FILE).write_text(spec.model_dump_json())
    (folder / CREDENTIALS_FILE).write_text(json.dumps(bucket.credentials))
    return folder


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = (sys.executable, "-m", "aind_data_transfer_service.tasks", "run", folder / SPEC_FILE)
    return subprocess.Popen(command)


def run(folder: Path) -> TaskResult:
    with start(folder) as program:
        program.wait(PATIENCE_SECONDS)
    return TaskResult.model_validate_json((folder / RESULT_FILE).read_bytes())


def kill_at(count: int, folder: Path, proxy: TcpProxy) -> None:
    """Run an attempt and kill it -9 when it has sent so many bytes."""
    proxy.hold_after(count)
    with start(folder) as program:
        assert proxy.struck.wait(PATIENCE_SECONDS)
        program.kill()
    proxy.restore()


def open_uploads(bucket: S3Bucket) -> list[str]:
    """Return the keys of the multipart uploads that are open."""
    client = bucket.client()
    try:
        found = client.list_multipart_uploads(Bucket=bucket.name)
    except client.exceptions.NoSuchUpload:  # so rclone says that there are none
        return []
    finally:
        client.close()
    return [upload["Key"] for upload in found.get("Uploads", [])]
