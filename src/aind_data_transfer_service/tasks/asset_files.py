"""What a staged asset consists of: every file, dot-files and the targets of links included."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InvalidInput
from ..storage.keys import key_problem

_MOST_PROBLEMS = 1000
_PROBLEMS_IN_MESSAGE = 20


@dataclass(frozen=True, slots=True)
class AssetFile:
    """One file of a staged asset, as it was when the asset was scanned."""

    path: str
    """Relative to the asset's folder, with ``/``."""
    size: int
    """Bytes."""
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class AssetFiles:
    """The files of a staged asset, and the folders in it that hold nothing."""

    files: tuple[AssetFile, ...]
    empty_folders: tuple[str, ...]

    @property
    def total_bytes(self) -> int:
        """Sum of the sizes."""
        return sum(file.size for file in self.files)


class AssetNotUploadable(InvalidInput):
    """A staged asset holds something that cannot be uploaded."""

    code = "asset_not_uploadable"
    what_to_do_default = (
        "Repair, rename or remove what the message names at its source, then retry the job."
    )


def scan_asset(
    folder: Path, *, prefix: str, link_roots: Sequence[str] = (), below: str = ""
) -> AssetFiles:
    """List the files of a staged asset; links to files and folders are followed.

    Parameters
    ----------
    folder
        The staged asset.
    prefix
        What its keys begin with.
    link_roots
        Folders that the targets of links must lie in, beside the asset's own; empty: anywhere.
    below
        The folder of the asset, with its slash, to list; by default all of it.

    Raises
    ------
    AssetNotUploadable
        Names all that is not a readable file or folder, all links that lead nowhere, in a circle
        or out of ``link_roots``, and all names that an object's key cannot have.
    """
    roots = [os.path.realpath(root) for root in (str(folder), *link_roots)] if link_roots else []
    scan = _Scan(folder, prefix, roots)
    files = tuple(scan.walk(folder / below, below.rstrip("/"), ()))
    if scan.problems:
        raise _not_uploadable(folder, scan.problems)
    if not files:
        raise AssetNotUploadable(f"There is no file in {folder / below}.")
    return AssetFiles(files, tuple(scan.empty_folders))


@dataclass(slots=True)
class _Scan:
    folder: Path
    prefix: str
    roots: list[str]
    problems: list[tuple[str, str]] = field(default_factory=list)
    empty_folders: list[str] = field(default_factory=list)

    def walk(
        self, folder: Path, relative: str, above: tuple[tuple[int, int], ...]
    ) -> Iterator[AssetFile]:
        """Yield the files below ``folder``; ``above`` identifies the folders it lies in."""
        try:
            found = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._problem(relative, f"cannot be listed: {error.strerror}")
            return
        here = (found.st_dev, found.st_ino)
        if here in above:
            self._problem(relative, "is a link to a folder that it lies in")
            return
        if relative and not entries:
            self.empty_folders.append(relative)
        for entry in entries:
            path = f"{relative}/{entry.name}" if relative else entry.name
            yield from self._entry(entry, path, (*above, here))

    def _entry(
        self, entry: os.DirEntry[str], path: str, above: tuple[tuple[int, int], ...]
    ) -> Iterator[AssetFile]:
        problem = key_problem(self.prefix + path)
        if problem is not None:
            self._problem(path, problem)
            return
        if entry.is_symlink() and not self._allowed(entry.path):
            self._problem(path, f"is a link out of the sources, to {os.path.realpath(entry.path)}")
            return
        try:
            found = entry.stat()
        except OSError as error:
            broken = "is a link that leads nowhere" if entry.is_symlink() else "cannot be read"
            self._problem(path, f"{broken}: {error.strerror}")
            return
        if stat.S_ISDIR(found.st_mode):
            yield from self.walk(Path(entry.path), path, above)
        elif stat.S_ISREG(found.st_mode):
            yield AssetFile(path=path, size=found.st_size, mtime_ns=found.st_mtime_ns)
        else:
            self._problem(path, f"is neither a file nor a folder ({stat.filemode(found.st_mode)})")

    def _allowed(self, link: str) -> bool:
        target = os.path.realpath(link)
        return not self.roots or any(
            target == root or target.startswith(f"{root.rstrip('/')}/") for root in self.roots
        )

    def _problem(self, path: str, problem: str) -> None:
        self.problems.append((path, problem))


def _not_uploadable(folder: Path, problems: list[tuple[str, str]]) -> AssetNotUploadable:
    shown = "; ".join(f"{path!r} {problem}" for path, problem in problems[:_PROBLEMS_IN_MESSAGE])
    more = len(problems) - _PROBLEMS_IN_MESSAGE
    return AssetNotUploadable(
        f"In {folder}: {shown}{f'; and {more} more' if more > 0 else ''}.",
        problems=[
            {"path": repr(path), "problem": problem} for path, problem in problems[:_MOST_PROBLEMS]
        ],
    )
