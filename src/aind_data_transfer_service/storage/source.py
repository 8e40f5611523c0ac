"""Reading a file exactly once: its bytes, their SHA-256, and the certainty that it stood still."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from ..errors import SourceChanged
from ..ports.object_store import Progress, SentFile, SourceUnreadable

_PIECE_BYTES = 1 << 20


class SourceReader:
    """One reading of a file that is not expected to change meanwhile."""

    def __init__(self, path: Path, file: FileIO, progress: Progress) -> None:
        self._path = path
        self._file = file
        self._progress = progress
        self._hash = hashlib.sha256()
        self._before = os.fstat(file.fileno())

    @property
    def size(self) -> int:
        """Size in bytes when it was opened."""
        return self._before.st_size

    @property
    def mtime_ns(self) -> int:
        """Time of its last change when it was opened."""
        return self._before.st_mtime_ns

    def pieces(self) -> Iterator[bytes]:
        """Yield the content; raises `SourceChanged` at its end if the file changed."""
        count = 0
        # no further than one piece past the expected end: the file may grow for ever
        while count <= self.size and (piece := self._read(self.size - count)):
            self._hash.update(piece)
            count += len(piece)
            self._progress(len(piece))
            yield piece
        after = self._stat()
        before = self._before
        if (count, after.st_size, after.st_mtime_ns) != (
            before.st_size,
            before.st_size,
            before.st_mtime_ns,
        ):
            raise SourceChanged(
                f"{self._path} changed while it was read: it had {before.st_size} bytes,"
                f" {count} were read, now it has {after.st_size}.",
                path=str(self._path),
            )

    def sent(self) -> SentFile:
        """Return what was read, once `pieces` has come to its end."""
        return SentFile(size=self.size, sha256=self._hash.hexdigest())

    def _read(self, rest: int) -> bytes:
        """Read a piece, or all the rest and one byte more: a file that grew shows."""
        try:
            return self._file.read(min(_PIECE_BYTES, rest + 1))
        except OSError as error:
            raise _unreadable(self._path, error) from error

    def _stat(self) -> os.stat_result:
        try:
            return self._path.stat()
        except OSError as error:
            raise _unreadable(self._path, error) from error


@contextmanager
def reading(path: Path, progress: Progress) -> Iterator[SourceReader]:
    """Open a file for one reading."""
    try:
        file = FileIO(path, "rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with file:
        yield SourceReader(path, file, progress)


def _unreadable(path: Path, error: OSError) -> SourceUnreadable:
    return SourceUnreadable(f"{path} cannot be read: {error.strerror}.", path=str(path))
