"""Large files that go on where they broke off: what is sent, and what is left in the bucket."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.errors import SourceChanged
from aind_data_transfer_service.ports.object_store import (
    ChecksumRefused,
    ObjectStore,
    StorageUnavailable,
)
from aind_data_transfer_service.storage.open import open_store
from aind_data_transfer_service.storage.part_notes import read_notes
from aind_data_transfer_service.storage.s3_parts import PART_BYTES
from aind_data_transfer_service.testing.object_store import (
    Interruption,
    content,
    interrupting_after,
    no_progress,
    pattern,
)
from aind_data_transfer_service.testing.s3_bucket import REGION, S3Bucket
from aind_data_transfer_service.testing.tcp_proxy import TcpProxy

KEY = "a/large video.avi"
LAST_BYTES = 100_000
SIZE = 4 * PART_BYTES + LAST_BYTES
ALMOST_ALL = SIZE - 1
"""When these are read, all parts but the last can be sent."""
OVERHEAD = 100_000
"""More than the requests' own bytes."""


class S3PartsTests:
    """Of any S3 server."""

    @pytest.fixture
    def proxy(self, bucket: S3Bucket) -> Iterator[TcpProxy]:
        with TcpProxy(bucket.endpoint_url) as proxy:
            yield proxy

    @pytest.fixture
    def store(self, bucket: S3Bucket, proxy: TcpProxy) -> ObjectStore:
        return open_store(
            bucket.url, endpoint_url=proxy.url, region=REGION, credentials=bucket.credentials
        )

    @pytest.fixture
    def video(self, tmp_path: Path) -> Path:
        path = tmp_path / "video.avi"
        path.write_bytes(pattern(SIZE))
        return path

    @pytest.fixture
    def notes(self, store: ObjectStore, video: Path, tmp_path: Path) -> Path:
        """What an attempt left that broke off with the last part unsent."""
        notes = tmp_path / "notes"
        with pytest.raises(Interruption):
            store.put_file(KEY, video, progress=interrupting_after(ALMOST_ALL), notes=notes)
        noted = read_notes(notes)
        assert noted is not None
        assert sorted(noted.parts) == [1, 2, 3, 4]
        return notes

    def test_only_the_rest_is_sent(
        self, bucket: S3Bucket, store: ObjectStore, proxy: TcpProxy, video: Path, notes: Path
    ) -> None:
        assert len(uploads(bucket)) == 1
        assert sent_again(store, proxy, video, notes) < LAST_BYTES + OVERHEAD
        assert content(store, KEY) == pattern(SIZE)
        assert uploads(bucket) == []
        assert not notes.exists()

    def test_bytes_that_changed_although_size_and_time_did_not_are_told(
        self, bucket: S3Bucket, store: ObjectStore, video: Path, notes: Path
    ) -> None:
        times = video.stat()
        with video.open("r+b") as file:
            file.seek(PART_BYTES)
            file.write(b"other")
        os.utime(video, ns=(times.st_atime_ns, times.st_mtime_ns))
        with pytest.raises(SourceChanged, match=r"Part 2 of .* is read otherwise"):
            store.put_file(KEY, video, progress=no_progress, notes=notes)
        assert uploads(bucket) == []
        store.put_file(KEY, video, progress=no_progress, notes=notes)
        assert content(store, KEY) == video.read_bytes()

    def test_parts_that_the_store_has_otherwise_are_not_trusted(
        self, bucket: S3Bucket, store: ObjectStore, proxy: TcpProxy, video: Path, notes: Path
    ) -> None:
        notes.write_text(notes.read_text().replace('"etag": "', '"etag": "0'))
        assert sent_again(store, proxy, video, notes) > SIZE
        assert content(store, KEY) == pattern(SIZE)
        assert uploads(bucket) == []

    def test_a_file_that_changed_is_sent_anew_and_the_old_parts_go(
        self, bucket: S3Bucket, store: ObjectStore, proxy: TcpProxy, video: Path, notes: Path
    ) -> None:
        [old] = uploads(bucket)
        os.utime(video, ns=(0, 0))
        with pytest.raises(Interruption):
            store.put_file(KEY, video, progress=interrupting_after(ALMOST_ALL), notes=notes)
        [new] = uploads(bucket)
        assert new != old
        assert sent_again(store, proxy, video, notes) < LAST_BYTES + OVERHEAD
        assert uploads(bucket) == []

    def test_a_file_that_changes_while_it_is_read_leaves_no_parts(
        self, bucket: S3Bucket, store: ObjectStore, video: Path, notes: Path
    ) -> None:
        def grow(_amount: int) -> None:
            with video.open("ab") as file:
                file.write(b"more")

        with pytest.raises(SourceChanged):
            store.put_file(KEY, video, progress=grow, notes=notes)
        assert uploads(bucket) == []
        assert not notes.exists()

    def test_a_store_that_forgot_the_upload_gets_all_again(
        self,
        store: ObjectStore,
        proxy: TcpProxy,
        video: Path,
        notes: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        store.abandon("a/")
        caplog.clear()
        with caplog.at_level("INFO"):
            assert sent_again(store, proxy, video, notes) > SIZE
        assert f"{store.url} has forgotten the parts of '{KEY}'" in caplog.messages
        assert {record.levelname for record in caplog.records} == {"INFO"}
        assert content(store, KEY) == pattern(SIZE)

    def test_the_server_goes_away_and_comes_back(
        self, bucket: S3Bucket, store: ObjectStore, proxy: TcpProxy, video: Path, tmp_path: Path
    ) -> None:
        proxy.break_after(3 * PART_BYTES)
        with pytest.raises(StorageUnavailable):
            store.put_file(KEY, video, progress=no_progress, notes=tmp_path / "notes")
        proxy.restore()
        noted = read_notes(tmp_path / "notes")
        assert noted is not None
        there = sum(PART_BYTES if number < 5 else LAST_BYTES for number in noted.parts)
        amount = sent_again(store, proxy, video, tmp_path / "notes")
        assert amount < SIZE - there + OVERHEAD
        assert content(store, KEY) == pattern(SIZE)
        assert uploads(bucket) == []

    @pytest.mark.parametrize("damage", [b"", b"{}\n", b"not JSON\n"])
    def test_notes_that_say_nothing(
        self, bucket: S3Bucket, store: ObjectStore, video: Path, notes: Path, damage: bytes
    ) -> None:
        notes.write_bytes(damage)
        store.put_file(KEY, video, progress=no_progress, notes=notes)
        assert uploads(bucket) == []

    def test_a_torn_line_is_a_part_sent_again(
        self, store: ObjectStore, proxy: TcpProxy, video: Path, notes: Path
    ) -> None:
        notes.write_bytes(notes.read_bytes()[:-10])
        amount = sent_again(store, proxy, video, notes)
        assert PART_BYTES < amount < PART_BYTES + LAST_BYTES + OVERHEAD


class TestMoto(S3PartsTests):
    """The simulated server."""


@pytest.mark.service("swift")
class TestSwift(S3PartsTests):
    """OpenStack Swift, which checks the checksums that it is sent."""

    @pytest.fixture
    def bucket(self, service_url: str) -> S3Bucket:
        return S3Bucket.at(service_url)

    def test_bytes_that_change_on_the_way_are_refused(
        self, store: ObjectStore, proxy: TcpProxy, tmp_path: Path
    ) -> None:
        path = tmp_path / "video.avi"
        path.write_bytes(b"what is right" + bytes(PART_BYTES))
        proxy.alter = lambda data: data.replace(b"right", b"wrong")
        with pytest.raises(ChecksumRefused):
            store.put_file(KEY, path, progress=no_progress)
        assert list(store.list("")) == []


@pytest.mark.service("rclone")
class TestRclone(S3PartsTests):
    """rclone, which keeps parts in its memory."""

    @pytest.fixture
    def bucket(self, service_url: str) -> S3Bucket:
        return S3Bucket.at(service_url)


def sent_again(store: ObjectStore, proxy: TcpProxy, video: Path, notes: Path) -> int:
    """Put the file once more; return the bytes that went to the server."""
    before = proxy.sent_bytes
    amounts: list[int] = []
    store.put_file(KEY, video, progress=amounts.append, notes=notes)
    assert sum(amounts) == SIZE
    return proxy.sent_bytes - before


def uploads(bucket: S3Bucket) -> list[str]:
    """Return the ids of the multipart uploads that are open."""
    client = bucket.client()
    try:
        found = client.list_multipart_uploads(Bucket=bucket.name)
    except client.exceptions.NoSuchUpload:  # so rclone says that there are none
        return []
    finally:
        client.close()
    return [upload["UploadId"] for upload in found.get("Uploads", [])]
