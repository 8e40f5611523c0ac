"""How far a large file is on its way in parts, noted in a file from attempt to attempt."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from ..files import write_whole


@dataclass(frozen=True, slots=True)
class PartsUpload:
    """A multipart upload, and the file that it is of."""

    key: str
    size: int
    mtime_ns: int
    part_bytes: int
    upload_id: str
    """The store's name for it."""

    def is_of(self, key: str, size: int, mtime_ns: int, part_bytes: int) -> bool:
        """Whether it may be gone on with: the same file, unchanged, in parts of the same size."""
        return (self.key, self.size, self.mtime_ns, self.part_bytes) == (
            key,
            size,
            mtime_ns,
            part_bytes,
        )


@dataclass(frozen=True, slots=True)
class SentPart:
    """A part that the store took."""

    number: int
    """From 1."""
    etag: str
    """The store's name for what it took."""
    sha256: str
    """Of the bytes that were read and sent; base64, as S3 has it."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What a file of notes says."""

    upload: PartsUpload
    parts: Mapping[int, SentPart]


class PartNotes:
    """The notes of one multipart upload. Any thread may add to them.

    A line counts once it is written: whatever kills the program, at most the parts in flight are
    sent again. After a power cut there may be more.

    Parameters
    ----------
    path
        Where to note; None: nowhere.
    upload
        What the notes are of.
    parts
        What is there already.
    """

    def __init__(self, path: Path | None, upload: PartsUpload, parts: Iterable[SentPart]) -> None:
        self._lock = Lock()
        self._file = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, "".join([_line(upload), *map(_line, parts)]).encode())
            self._file = path.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, part: SentPart) -> None:
        """Note that the store took a part."""
        if self._file is not None:
            with self._lock:
                self._file.write(_line(part))
                self._file.flush()


def read_notes(path: Path) -> Noted | None:
    """Return what is noted; None if there is nothing, or nothing that can be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return None
    try:
        upload = PartsUpload(**json.loads(lines[0]))
        parts = [SentPart(**json.loads(line)) for line in lines[1:] if line.endswith("\n")]
    except (IndexError, TypeError, ValueError):
        return None
    return Noted(upload, {part.number: part for part in parts})


def _line(noted: PartsUpload | SentPart) -> str:
    return json.dumps(asdict(noted)) + "\n"
