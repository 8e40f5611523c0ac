import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from aind_data_transfer_service.errors import TransferError
from aind_data_transfer_service.ports.object_store import (
    BucketMissing,
    ChecksumRefused,
    ObjectStore,
    StorageRefused,
    StorageUnavailable,
    StoreFull,
)
from aind_data_transfer_service.storage.open import open_store
from aind_data_transfer_service.storage.s3_parts import part_bytes
from aind_data_transfer_service.testing.object_store import (
    LARGE_BYTES,
    content,
    no_progress,
    pattern,
)
from aind_data_transfer_service.testing.s3_bucket import REGION, S3Bucket
from aind_data_transfer_service.testing.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

MIB = 1 << 20


def store_at(bucket: S3Bucket, endpoint_url: str | None = None) -> ObjectStore:
    return open_store(
        bucket.url,
        endpoint_url=endpoint_url or bucket.endpoint_url,
        region=REGION,
        credentials=bucket.credentials,
    )


@contextmanager
def server_that_answers(status: int, code: str) -> Iterator[str]:
    """Run a server that gives the same error to every request."""
    body = f"<Error><Code>{code}</Code><Message>the server's words</Message></Error>".encode()

    def application(request: "WSGIEnvironment", start: "StartResponse") -> list[bytes]:
        request["wsgi.input"].read(int(request["CONTENT_LENGTH"] or 0))
        start(f"{status} Error", [("Content-Length", str(len(body)))])
        return [body]

    with make_server("127.0.0.1", 0, application, handler_class=QuietHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


ANSWERS: tuple[tuple[int, str, type[TransferError]], ...] = (
    (403, "AccessDenied", StorageRefused),
    (403, "SignatureDoesNotMatch", StorageRefused),
    (403, "InvalidAccessKeyId", StorageRefused),
    (404, "NoSuchBucket", BucketMissing),
    (400, "BadDigest", ChecksumRefused),
    (400, "XAmzContentSHA256Mismatch", ChecksumRefused),
    (507, "InsufficientStorage", StoreFull),
    (403, "QuotaExceeded", StoreFull),
    (503, "SlowDown", StorageUnavailable),
    (500, "InternalError", StorageUnavailable),
)


@pytest.mark.parametrize(("status", "code", "kind"), ANSWERS)
def test_answers_become_our_errors(status: int, code: str, kind: type[TransferError]) -> None:
    keys = {"access_key_id": "key", "secret_access_key": "very-secret"}
    with server_that_answers(status, code) as url:
        store = open_store("s3://bucket", endpoint_url=url, region=REGION, credentials=keys)
        actions: tuple[Callable[[], object], ...] = (
            lambda: store.put_bytes("a", b"x"),
            lambda: list(store.list("a/")),
        )
        for action in actions:
            with pytest.raises(kind) as caught:
                action()
            assert "s3://bucket" in caught.value.message
            assert "very-secret" not in json.dumps(caught.value.as_dict())


def test_bucket_of_another_region() -> None:
    keys = {"access_key_id": "key", "secret_access_key": "secret"}
    with server_that_answers(301, "PermanentRedirect") as url:
        store = open_store("s3://bucket", endpoint_url=url, region=REGION, credentials=keys)
        with pytest.raises(StorageRefused, match="region"):
            store.put_bytes("a", b"x")


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    keys = {"access_key_id": "key", "secret_access_key": "secret"}
    url = f"http://127.0.0.1:{port}"
    store = open_store("s3://bucket", endpoint_url=url, region=REGION, credentials=keys)
    actions: tuple[Callable[[], object], ...] = (
        lambda: store.put_bytes("a", b"x"),
        lambda: content(store, "a"),
        lambda: store.head("a"),
    )
    for action in actions:
        with pytest.raises(StorageUnavailable):
            action()


def test_no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StorageRefused, match="no credentials"):
        open_store("s3://bucket", region=REGION)


def test_credentials_that_boto3_finds(bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", bucket.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", bucket.secret_access_key)
    store = open_store(bucket.url, endpoint_url=bucket.endpoint_url, region=REGION)
    store.put_bytes("a", b"x")
    assert content(store, "a") == b"x"
    assert store.head("a") is not None


def test_a_broken_large_upload_leaves_no_parts(bucket: S3Bucket, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(pattern(LARGE_BYTES))
    client = bucket.client()
    for key in ("a/large.bin", "a/large.bin2"):
        # left by a program that was killed; the other is not ours to touch
        client.create_multipart_upload(Bucket=bucket.name, Key=key)
    with TcpProxy(bucket.endpoint_url) as proxy:
        store = store_at(bucket, proxy.url)
        proxy.break_after(8 * MIB)
        with pytest.raises(StorageUnavailable):
            store.put_file("a/large.bin", path, progress=no_progress)
        proxy.restore()
        sent = store.put_file("a/large.bin", path, progress=no_progress)
    assert sent.size == LARGE_BYTES
    left = client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", [])
    assert [upload["Key"] for upload in left] == ["a/large.bin2"]
    assert [found.key for found in store_at(bucket).list("")] == ["a/large.bin"]
    client.close()


def test_a_wrong_secret_has_no_place_in_messages(bucket: S3Bucket) -> None:
    gone = replace(bucket, name="not-there", secret_access_key="very-secret")
    with pytest.raises(BucketMissing) as caught:
        store_at(gone).put_bytes("a", b"x")
    assert "very-secret" not in str(caught.value.as_dict())


@pytest.mark.parametrize(
    ("size", "part"),
    [
        (17 * MIB, 16 * MIB),
        (160_000 * MIB, 16 * MIB),
        (160_000 * MIB + 1, 17 * MIB),
        (5 * 1024**4, 525 * MIB),
    ],
)
def test_part_size(size: int, part: int) -> None:
    assert part_bytes(size) == part
    assert -(-size // part) <= 10_000
