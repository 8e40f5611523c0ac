import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.manifest import (
    MANIFEST_NAME,
    Manifest,
    ManifestEntry,
    ManifestInvalid,
)
from aind_data_transfer_service.ports.object_store import ObjectMissing, StoredObject
from aind_data_transfer_service.storage.local import LocalObjectStore
from aind_data_transfer_service.storage.marker import put_marker
from aind_data_transfer_service.storage.verify import (
    Fault,
    VerifyMode,
    VerifyReport,
    load_manifest,
    verify_asset,
)

PREFIX = "asset/"
FILES = {"a.bin": b"content", "b/.dot": b"", "b/c d": b"more"}


class StoreWithChecksums(LocalObjectStore):
    """Gives the checksums it was told, as S3 gives those it computed; counts what is read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.sha256: dict[str, str] = {}

    def head(self, key: str) -> StoredObject | None:
        found = super().head(key)
        return replace(found, sha256=self.sha256.get(key)) if found else None


@pytest.fixture
def store(tmp_path: Path) -> StoreWithChecksums:
    store = StoreWithChecksums(tmp_path)
    for path, data in FILES.items():
        store.put_bytes(PREFIX + path, data)
    store.put_bytes(PREFIX + MANIFEST_NAME, manifest().to_bytes())
    return store


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def manifest() -> Manifest:
    return Manifest.of(
        ManifestEntry(path=path, sha256=digest(data), size=len(data), mtime_ns=0)
        for path, data in FILES.items()
    )


def verify(
    store: StoreWithChecksums,
    mode: VerifyMode = VerifyMode.READ,
    expected: Manifest | None = None,
) -> VerifyReport:
    amounts: list[int] = []
    report = verify_asset(store, PREFIX, expected or manifest(), mode=mode, progress=amounts.append)
    if report.good:
        assert sum(amounts) == report.bytes == 11
    return report


def test_good(store: StoreWithChecksums) -> None:
    report = verify(store)
    assert report.good
    assert (report.files, report.read_back, report.by_server) == (3, 3, 0)


def test_with_the_manifest_that_lies_there(store: StoreWithChecksums) -> None:
    report = verify(store, expected=load_manifest(store, PREFIX))
    assert report.good
    assert (report.files, report.bytes, report.read_back) == (3, 11, 3)


def test_server_checksums_are_used_where_there_are_some(store: StoreWithChecksums) -> None:
    store.sha256 = {f"{PREFIX}a.bin": digest(FILES["a.bin"])}
    report = verify(store, VerifyMode.SERVER)
    assert report.good
    assert (report.by_server, report.read_back) == (1, 2)


def test_a_wrong_server_checksum_is_found(store: StoreWithChecksums) -> None:
    store.sha256 = {f"{PREFIX}a.bin": digest(b"other")}
    (mismatch,) = verify(store, VerifyMode.SERVER).mismatches
    assert (mismatch.path, mismatch.fault) == ("a.bin", Fault.CHECKSUM)
    assert mismatch.expected == f"SHA-256 {digest(b'content')}"
    assert mismatch.found == f"SHA-256 {digest(b'other')}"


def test_content_counts_when_reading(store: StoreWithChecksums) -> None:
    store.sha256 = {f"{PREFIX}a.bin": digest(FILES["a.bin"])}
    store.put_bytes(f"{PREFIX}a.bin", b"CONTENT")
    assert verify(store, VerifyMode.SERVER).good is True
    assert [mismatch.path for mismatch in verify(store).mismatches] == ["a.bin"]


def test_faults(store: StoreWithChecksums) -> None:
    store.delete(f"{PREFIX}b/c d")
    store.put_bytes(f"{PREFIX}b/.dot", b"x")
    store.put_bytes(f"{PREFIX}{MANIFEST_NAME}", b"x")
    store.put_bytes(f"{PREFIX}extra", b"x")
    put_marker(store, PREFIX, job_id="job", service_version="2")
    report = verify(store)
    assert [(each.path, each.fault) for each in report.mismatches] == [
        ("b/.dot", Fault.SIZE),
        ("b/c d", Fault.MISSING),
        (MANIFEST_NAME, Fault.CHECKSUM),
    ]
    assert (report.unexpected_objects, report.unexpected_names) == (1, [f"{PREFIX}extra"])
    assert report.unfinished
    assert not report.good


def test_the_marker_alone_is_not_good(store: StoreWithChecksums) -> None:
    put_marker(store, PREFIX, job_id="job", service_version="2")
    report = verify(store)
    assert (report.good, report.mismatches) == (False, [])


def test_load_manifest(store: StoreWithChecksums) -> None:
    assert [entry.path for entry in load_manifest(store, PREFIX)] == sorted(FILES)
    with pytest.raises(ObjectMissing):
        load_manifest(store, "other/")
    store.put_bytes(f"{PREFIX}{MANIFEST_NAME}", b"not a manifest\n")
    with pytest.raises(ManifestInvalid):
        load_manifest(store, PREFIX)
