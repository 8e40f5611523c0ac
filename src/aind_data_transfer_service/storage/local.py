"""A folder that stands for a bucket."""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG

from ..ports.object_store import (
    BucketMissing,
    KeyRefused,
    ObjectMissing,
    Progress,
    SentFile,
    StorageRefused,
    StorageUnavailable,
    StoredObject,
    StoreFull,
)
from .keys import check_key
from .source import reading

PARTIAL_FOLDER = ".aind-data-transfer-partial"
"""Holds objects that are being written, in the bucket's folder: the same file system."""

_PIECE_BYTES = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_IMPOSSIBLE_NAME = {
    errno.ENAMETOOLONG,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ENOTEMPTY,
    errno.EILSEQ,
    errno.EINVAL,
}


class LocalObjectStore:
    """Objects as files. A key cannot be an object and a folder at once, as it can in S3."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def url(self) -> str:
        """``file:///folder``."""
        return self._folder.as_uri()

    def head(self, key: str) -> StoredObject | None:
        """Describe one object; None if there is none."""
        path = self._path(key)
        with self._translated(key):
            try:
                found = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return _stored(key, found) if S_ISREG(found.st_mode) else None

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield every object whose key starts with ``prefix``."""
        self._require_bucket()
        parent, slash, _ = prefix.rpartition("/")
        if slash:
            check_key(parent)
        with self._translated(prefix):
            for key, found in _walk(self._folder / parent, parent + slash):
                if key.startswith(prefix):
                    yield _stored(key, found)

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        progress: Progress,
        notes: Path | None = None,  # noqa: ARG002 - a copy that broke off is begun again
    ) -> SentFile:
        """Copy a file's content, reading it once."""
        with reading(path, progress) as source:
            self._write(key, source.pieces())
            return source.sent()

    def put_bytes(self, key: str, data: bytes) -> None:
        """Store a small object."""
        self._write(key, (data,))

    def read(self, key: str) -> Iterator[bytes]:
        """Yield the object's content in pieces; raises `ObjectMissing`."""
        path = self._path(key)
        with self._translated(key):
            try:
                file = path.open("rb", buffering=0)
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                raise ObjectMissing(f"There is no object {key} in {self.url}.") from None
            with file:
                while piece := file.read(_PIECE_BYTES):
                    yield piece

    def delete(self, key: str) -> None:
        """Remove one object; no error if there is none."""
        path = self._path(key)
        with self._translated(key):
            try:
                path.unlink()
            except (FileNotFoundError, NotADirectoryError):
                return
            _sync_folder(path.parent)

    def abandon(self, prefix: str) -> None:
        """Do nothing: what broke off is no object, and goes when its key is written again."""

    def _write(self, key: str, pieces: Iterable[bytes]) -> None:
        path = self._path(key)
        with self._translated(key):
            partial = self._new_partial(key)
            try:
                with partial.open("xb", buffering=0) as file:
                    for piece in pieces:
                        _write_all(file.fileno(), piece)
                    os.fsync(file.fileno())
                _make_folder(path.parent)
                partial.replace(path)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
            _sync_folder(path.parent)

    def _new_partial(self, key: str) -> Path:
        """Name a new partial file and clear away what a killed program left of the same key."""
        folder = self._folder / PARTIAL_FOLDER
        folder.mkdir(exist_ok=True)
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        for left in folder.glob(f"{name}.*"):
            left.unlink(missing_ok=True)
        return folder / f"{name}.{secrets.token_hex(4)}"

    def _path(self, key: str) -> Path:
        check_key(key)
        if key.partition("/")[0] == PARTIAL_FOLDER:
            raise KeyRefused(f"The key {key!r} begins with a name that the store needs itself.")
        self._require_bucket()
        return self._folder / key

    def _require_bucket(self) -> None:
        if not self._folder.is_dir():
            raise BucketMissing(f"The folder {self._folder} that stands for a bucket is not there.")

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            place = f"{key!r} in {self.url}: {error.strerror}"
            if error.errno in _FULL:
                raise StoreFull(f"No space left for {place}.") from error
            if error.errno in _REFUSED:
                raise StorageRefused(f"The folder refuses {place}.") from error
            if error.errno in _IMPOSSIBLE_NAME:
                raise KeyRefused(f"The folder cannot hold {place}.") from error
            raise StorageUnavailable(f"The folder fails for {place}.") from error


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if not prefix and entry.name == PARTIAL_FOLDER:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), f"{prefix}{entry.name}/")
        elif entry.is_file():
            yield f"{prefix}{entry.name}", entry.stat()


def _stored(key: str, found: os.stat_result) -> StoredObject:
    modified = datetime.fromtimestamp(found.st_mtime, UTC)
    return StoredObject(key=key, size=found.st_size, modified=modified)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _make_folder(folder: Path) -> None:
    """Make a folder and its parents so that they outlive a power cut."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
