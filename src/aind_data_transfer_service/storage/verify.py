"""Comparing what a store holds with an asset's manifest."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from ..domain.manifest import MANIFEST_NAME, Manifest, ManifestEntry
from ..ports.object_store import ObjectMissing, ObjectStore, Progress, StoredObject
from .marker import MARKER_NAME
from .parallel import Lane, StopSign, for_each

_NAMES_KEPT = 20


class VerifyMode(StrEnum):
    """How an object's content is checked."""

    SERVER = "server"
    """By the SHA-256 that the server gives; where it gives none, by reading."""
    READ = "read"
    """By reading every object back."""


class Fault(StrEnum):
    """What is wrong with an object."""

    MISSING = "missing"
    SIZE = "size"
    CHECKSUM = "checksum"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An object that is not what the manifest says."""

    path: str
    key: str
    fault: Fault
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.key!r}: {self.fault}: expected {self.expected}, found {self.found}"


@dataclass(slots=True)
class VerifyReport:
    """What a comparison came to."""

    files: int = 0
    bytes: int = 0
    read_back: int = 0
    """Objects whose content was read back."""
    by_server: int = 0
    """Objects whose SHA-256 the server gave."""
    mismatches: list[Mismatch] = field(default_factory=list)
    unexpected_objects: int = 0
    """Objects below the prefix that the manifest does not list."""
    unexpected_names: list[str] = field(default_factory=list)
    """The first of them."""
    unfinished: bool = False
    """The marker of an upload that did not come to its end is there."""

    @property
    def good(self) -> bool:
        """Every file is there, whole and right, and the upload came to its end."""
        return not self.mismatches and not self.unfinished


def load_manifest(store: ObjectStore, prefix: str) -> Manifest:
    """Read the manifest that lies with an asset; raises `ObjectMissing`, `ManifestInvalid`."""
    return Manifest.from_bytes(b"".join(store.read(prefix + MANIFEST_NAME)))


def verify_asset(
    store: ObjectStore,
    prefix: str,
    manifest: Manifest,
    *,
    mode: VerifyMode,
    progress: Progress,
    concurrency: int = 8,
) -> VerifyReport:
    """Compare every file of the manifest, and the manifest itself, with the store.

    Parameters
    ----------
    prefix
        Where the asset lies, with its slash.
    progress
        Told the bytes of each file as it is checked.
    concurrency
        Objects looked at at once.
    """
    return _Comparison(store, prefix, mode, progress).run(manifest, concurrency)


class _Comparison:
    def __init__(
        self, store: ObjectStore, prefix: str, mode: VerifyMode, progress: Progress
    ) -> None:
        self._store = store
        self._prefix = prefix
        self._mode = mode
        self._progress = progress
        self._lock = Lock()
        self._stop = StopSign()
        self._report = VerifyReport()
        self._there: dict[str, StoredObject] = {}

    def run(self, manifest: Manifest, concurrency: int) -> VerifyReport:
        report = self._report
        self._there = {found.key: found for found in self._store.list(self._prefix)}
        self._look_for_others(manifest)
        self._check_manifest_object(manifest)
        # the largest first, so that the last ones to end are short
        entries = sorted(manifest, key=self._size, reverse=True)
        for_each(self._check, Lane(entries, concurrency), stop=self._stop)
        report.files = len(manifest)
        report.bytes = sum(self._size(entry) for entry in manifest)
        report.mismatches.sort(key=lambda mismatch: mismatch.path)
        return report

    def _size(self, entry: ManifestEntry) -> int:
        if entry.size is not None:
            return entry.size
        found = self._there.get(self._prefix + entry.path)
        return found.size if found else 0

    def _look_for_others(self, manifest: Manifest) -> None:
        known = {self._prefix + entry.path for entry in manifest}
        known |= {self._prefix + MANIFEST_NAME, self._prefix + MARKER_NAME}
        others = sorted(self._there.keys() - known)
        self._report.unexpected_objects = len(others)
        self._report.unexpected_names = others[:_NAMES_KEPT]
        self._report.unfinished = self._prefix + MARKER_NAME in self._there

    def _check_manifest_object(self, manifest: Manifest) -> None:
        expected = hashlib.sha256(manifest.to_bytes()).hexdigest()
        entry = ManifestEntry(path=MANIFEST_NAME, sha256=expected)
        if self._prefix + MANIFEST_NAME in self._there:
            self._compare_content(entry)
        else:
            self._add(entry, Fault.MISSING, "an object", "none")

    def _check(self, entry: ManifestEntry) -> None:
        found = self._there.get(self._prefix + entry.path)
        if found is None:
            self._add(entry, Fault.MISSING, "an object", "none")
        elif entry.size is not None and found.size != entry.size:
            self._add(entry, Fault.SIZE, f"{entry.size} bytes", f"{found.size} bytes")
        elif self._mode is VerifyMode.SERVER and (sha256 := self._server_sha256(entry)):
            self._compare(entry, sha256)
            with self._lock:
                self._report.by_server += 1
            self._progress(found.size)
        else:
            self._compare_content(entry, self._progress)
            with self._lock:
                self._report.read_back += 1

    def _server_sha256(self, entry: ManifestEntry) -> str | None:
        found = self._store.head(self._prefix + entry.path)
        return found.sha256 if found else None

    def _compare_content(
        self, entry: ManifestEntry, progress: Progress = lambda _amount: None
    ) -> None:
        digest = hashlib.sha256()
        try:
            for piece in self._read(self._prefix + entry.path):
                digest.update(piece)
                progress(len(piece))
        except ObjectMissing:
            self._add(entry, Fault.MISSING, "an object", "none")
        else:
            self._compare(entry, digest.hexdigest())

    def _read(self, key: str) -> Iterator[bytes]:
        for piece in self._store.read(key):
            self._stop.check()
            yield piece

    def _compare(self, entry: ManifestEntry, sha256: str) -> None:
        if sha256 != entry.sha256:
            self._add(entry, Fault.CHECKSUM, f"SHA-256 {entry.sha256}", f"SHA-256 {sha256}")

    def _add(self, entry: ManifestEntry, fault: Fault, expected: str, found: str) -> None:
        mismatch = Mismatch(entry.path, self._prefix + entry.path, fault, expected, found)
        with self._lock:
            self._report.mismatches.append(mismatch)
