from dataclasses import replace
from pathlib import Path

import pytest

from aind_data_transfer_service.ports.object_store import (
    ChecksumRefused,
    ObjectStore,
    StorageRefused,
)
from aind_data_transfer_service.storage.open import open_store
from aind_data_transfer_service.testing.object_store import ObjectStoreTests
from aind_data_transfer_service.testing.s3_bucket import REGION, S3Bucket
from aind_data_transfer_service.testing.tcp_proxy import TcpProxy


def store_of(bucket: S3Bucket) -> ObjectStore:
    return open_store(
        bucket.url,
        endpoint_url=bucket.endpoint_url,
        region=REGION,
        credentials=bucket.credentials,
    )


class TestLocal(ObjectStoreTests):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ObjectStore:
        folder = tmp_path / "bucket #1"
        folder.mkdir()
        return open_store(folder.as_uri())

    @pytest.fixture
    def store_without_bucket(self, tmp_path: Path) -> ObjectStore:
        return open_store((tmp_path / "none").as_uri())


class TestMoto(ObjectStoreTests):
    @pytest.fixture
    def store(self, bucket: S3Bucket) -> ObjectStore:
        return store_of(bucket)

    @pytest.fixture
    def store_without_bucket(self, bucket: S3Bucket) -> ObjectStore:
        return store_of(replace(bucket, name="not-there"))


class OnRealServer(ObjectStoreTests):
    @pytest.fixture
    def bucket(self, service_url: str) -> S3Bucket:
        return S3Bucket.at(service_url)

    @pytest.fixture
    def store(self, bucket: S3Bucket) -> ObjectStore:
        return store_of(bucket)

    @pytest.fixture
    def store_without_bucket(self, bucket: S3Bucket) -> ObjectStore:
        return store_of(replace(bucket, name="not-there"))

    def test_wrong_secret(self, bucket: S3Bucket) -> None:
        store = store_of(replace(bucket, secret_access_key="wrong"))
        for action in (
            lambda: store.head("a"),
            lambda: list(store.list("a")),
            lambda: list(store.read("a")),
            lambda: store.put_bytes("a", b""),
            lambda: store.delete("a"),
        ):
            with pytest.raises(StorageRefused):
                action()


@pytest.mark.service("swift")
class TestSwift(OnRealServer):
    """OpenStack Swift: checks signatures and the checksums that it is sent."""

    def test_bytes_that_change_on_the_way_are_refused(self, bucket: S3Bucket) -> None:
        with TcpProxy(bucket.endpoint_url) as proxy:
            store = store_of(replace(bucket, endpoint_url=proxy.url))
            proxy.alter = lambda data: data.replace(b"right", b"wrong")
            with pytest.raises(ChecksumRefused):
                store.put_bytes("a", b"what is right")
        assert list(store_of(bucket).list("")) == []


@pytest.mark.service("rclone")
class TestRclone(OnRealServer):
    """rclone: checks signatures."""
