"""Walks source folders as an upload will read them: links followed, every entry looked at."""

import errno
import logging
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ..domain.paths import lies_in
from ..storage.keys import key_problem

logger = logging.getLogger(__name__)

# A network drive answers slowly but answers many at once.
_THREADS = 16

FolderId = tuple[int, int]
"""Device and inode number."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in a source that would make the upload fail or be wrong."""

    code: str
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.path} {self.what}"


@dataclass(slots=True)
class FolderFacts:
    """What a walk found. Files behind links count where they are found."""

    files: int = 0
    bytes: int = 0
    problems: list[Problem] = field(default_factory=list)
    links_out: int = 0
    """Links to something outside the folder."""


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    parents: tuple[FolderId, ...]
    """Identities of the folder and of those it was reached through."""


def walk_source(
    source: Path,
    roots: Sequence[Path],
    *,
    key_prefix: str,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> FolderFacts:
    """Look at every file and folder below ``source``, following links, in parallel.

    Parameters
    ----------
    source
        An existing folder, links resolved.
    roots
        Folders that the targets of links must lie in, links resolved; none means anywhere.
    key_prefix
        What the keys of the files begin with in the store.
    on_bytes
        Is told the bytes of each folder's files as the walk goes on.
    """
    facts = FolderFacts()
    top = source.stat()
    level = [_Folder(str(source), ((top.st_dev, top.st_ino),))]
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="walk") as pool:
        while level:
            scans = pool.map(lambda folder: _Scan(source, roots, key_prefix, folder), level)
            level = []
            for scan in scans:
                _add(facts, scan.facts)
                level += scan.folders
                on_bytes(scan.facts.bytes)
    if facts.links_out:
        logger.info("%s: %d links lead out of the folder and are followed", source, facts.links_out)
    return facts


def _add(total: FolderFacts, part: FolderFacts) -> None:
    total.files += part.files
    total.bytes += part.bytes
    total.links_out += part.links_out
    total.problems += part.problems


class _Scan:
    """What is directly in one folder."""

    def __init__(
        self, source: Path, roots: Sequence[Path], key_prefix: str, folder: _Folder
    ) -> None:
        self.facts = FolderFacts()
        self.folders: list[_Folder] = []
        self._source = source
        self._top = f"{source}/"
        self._key_prefix = key_prefix
        self._roots = roots
        self._parents = folder.parents
        try:
            for entry in _entries(folder.path):
                self._look_at(entry)
        except OSError as problem:
            self._report("folder_unreadable", folder.path, f"cannot be listed: {problem.strerror}")

    def _look_at(self, entry: os.DirEntry[str]) -> None:
        path = entry.path
        relative = path[len(self._top) :]
        unusable = key_problem(self._key_prefix + relative)
        if unusable is not None:
            self._report("name_unusable", path, f"cannot be a key in the store: it {unusable}")
            return
        try:
            if entry.is_symlink() and not self._may_follow(path):
                return
            status = entry.stat()
        except OSError as problem:
            self._report("file_unreadable", path, f"cannot be looked at: {problem.strerror}")
            return
        if stat.S_ISDIR(status.st_mode):
            self._enter(path, (status.st_dev, status.st_ino))
        elif stat.S_ISREG(status.st_mode):
            self._count(path, status.st_size)
        else:
            self._report("not_a_file", path, "is neither a file nor a folder")

    def _may_follow(self, path: str) -> bool:
        try:
            target = Path(os.path.realpath(path, strict=True))
        except OSError as problem:
            if problem.errno == errno.ELOOP:
                self._report("link_cycle", path, "is a link that leads back to itself")
            else:
                self._report(
                    "link_broken", path, f"is a broken link to {str(Path(path).readlink())!r}"
                )
            return False
        if self._roots and not lies_in(target, self._roots):
            what = f"is a link to {str(target)!r}, outside the folders that sources may come from"
            self._report("link_escapes", path, what)
            return False
        self.facts.links_out += not lies_in(target, [self._source])
        return True

    def _enter(self, path: str, identity: FolderId) -> None:
        if identity in self._parents:
            self._report("link_cycle", path, "is a link to a folder that it lies in")
        else:
            self.folders.append(_Folder(path, (*self._parents, identity)))

    def _count(self, path: str, size: int) -> None:
        if not os.access(path, os.R_OK):
            self._report("file_unreadable", path, "may not be read by the service")
            return
        self.facts.files += 1
        self.facts.bytes += size

    def _report(self, code: str, path: str, what: str) -> None:
        self.facts.problems.append(Problem(code, printable(path), what))


def _entries(path: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        yield from sorted(entries, key=lambda entry: entry.name)


def printable(path: str) -> str:
    """Return a path that can be written to JSON: bytes that are not UTF-8 come out in hex."""
    return os.fsencode(path).decode(errors="backslashreplace")
