"""Which files of an asset have been sent, kept in the job's folder from attempt to attempt."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from ..domain.manifest import ManifestEntry
from ..files import write_whole

JOURNAL_FILE = "manifest.jsonl"


class UploadJournal:
    """A line for each file that was sent. Any thread may add to it.

    A line that a killed program left torn is dropped: its file is sent again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._entries = {entry.path: entry for entry in _read(path)}
        _rewrite(path, self._entries.values())
        self._file = path.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def get(self, path: str) -> ManifestEntry | None:
        """Return what was sent for a file; None if nothing was."""
        return self._entries.get(path)

    def add(self, entry: ManifestEntry) -> None:
        """Note that a file was sent."""
        with self._lock:
            self._entries[entry.path] = entry
            self._file.write(_line(entry))
            self._file.flush()


def journal_entries(path: Path) -> dict[str, ManifestEntry]:
    """Return the last entry of each file, by path."""
    return {entry.path: entry for entry in _read(path)}


def forget(path: Path, wrong: Callable[[ManifestEntry], bool]) -> None:
    """Drop entries, so that their files are sent again by the next upload."""
    _rewrite(path, [entry for entry in journal_entries(path).values() if not wrong(entry)])


def _read(path: Path) -> Iterable[ManifestEntry]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield ManifestEntry(**json.loads(line))


def _rewrite(path: Path, entries: Iterable[ManifestEntry]) -> None:
    write_whole(path, "".join(map(_line, entries)).encode())


def _line(entry: ManifestEntry) -> str:
    return (
        json.dumps(
            {
                "path": entry.path,
                "size": entry.size,
                "mtime_ns": entry.mtime_ns,
                "sha256": entry.sha256,
            }
        )
        + "\n"
    )
