"""Which files of an asset have been sent, kept in the job's folder from attempt to attempt."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from threading import Lock
from types import MappingProxyType, TracebackType
from typing import Self

from ..domain.manifest import ManifestEntry
from ..files import write_whole

JOURNAL_FILE = "manifest.jsonl"
_OF_ELEMENT = "manifest.compress_data.{}.jsonl"


class UploadJournal:
    """A line for each file that was sent. Any thread may add to it.

    A line that a killed program left torn is dropped: its file is sent again.

    Parameters
    ----------
    path
        The file.
    known
        What other journals tell of; it is not written into this one.
    """

    def __init__(
        self, path: Path, known: Mapping[str, ManifestEntry] = MappingProxyType({})
    ) -> None:
        self._lock = Lock()
        own = journal_entries(path)
        self._entries = {**known, **own}
        _rewrite(path, own.values())
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


def element_journal(job_folder: Path, index: int) -> UploadJournal:
    """Open the journal of an element of ``compress_data``, which sends files of its own."""
    known = journal_entries(job_folder / JOURNAL_FILE)
    return UploadJournal(job_folder / _OF_ELEMENT.format(index), known)


def upload_journal(job_folder: Path, paths: Collection[str]) -> UploadJournal:
    """Open the journal of the whole asset, with what those of the elements tell of its files.

    Theirs are removed: what they tell is newer than what the asset's told when they were begun.
    ``paths`` are the asset's files; what is told of others is dropped.
    """
    path = job_folder / JOURNAL_FILE
    others = _elements(job_folder)
    entries = {
        name: entry for each in (path, *others) for name, entry in journal_entries(each).items()
    }
    _rewrite(path, (entry for entry in entries.values() if entry.path in paths))
    for other in others:
        other.unlink()
    return UploadJournal(path)


def forget(job_folder: Path, wrong: Callable[[ManifestEntry], bool]) -> None:
    """Drop entries from all journals, so that their files are sent again by the next upload."""
    for path in (job_folder / JOURNAL_FILE, *_elements(job_folder)):
        entries = journal_entries(path).values()
        _rewrite(path, [entry for entry in entries if not wrong(entry)])


def _elements(job_folder: Path) -> list[Path]:
    return sorted(job_folder.glob(_OF_ELEMENT.format("*")))


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
