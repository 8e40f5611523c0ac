"""Counts what lies in folders, for as long as one may wait for it."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..domain.paths import lies_in


@dataclass(frozen=True, slots=True)
class Count:
    """What was found in a folder."""

    files: int = 0
    bytes: int = 0
    complete: bool = True
    """False: there is more than was counted."""
    problem: str | None = None
    """Why something could not be counted."""

    def __str__(self) -> str:
        if self.problem is not None and not self.files:
            return self.problem
        least = "" if self.complete else "at least "
        return f"{least}{self.files:,} files, {self.bytes:,} bytes"


class Counter:
    """Counts folder after folder until the time or the files it may take are used up.

    Parameters
    ----------
    seconds
        Longest time for all folders together.
    files
        Most files to look at, in all folders together.
    roots
        Folders that the counted ones must lie in, links resolved; none means anywhere.
    clock
        Tells the time in seconds.
    """

    def __init__(
        self,
        *,
        seconds: float,
        files: int,
        roots: Sequence[Path] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self._left = files
        self._roots = roots

    def folder(self, folder: Path) -> Count:
        """Count all files below a folder; folders behind links are not entered."""
        problem = self.unusable(folder)
        if problem is not None:
            return Count(complete=False, problem=problem)
        tally = _Tally()
        open_folders = [str(folder)]
        while open_folders:
            try:
                with os.scandir(open_folders.pop()) as entries:
                    for entry in entries:
                        if self._used_up():
                            return tally.result(complete=False)
                        tally.add(entry, open_folders)
            except OSError as error:
                tally.note(f"{error.filename} cannot be listed: {error.strerror}")
        return tally.result(complete=True)

    def files(self, folder: Path, names: Iterable[str]) -> Count:
        """Count those of the named files that lie in a folder."""
        problem = self.unusable(folder)
        if problem is not None:
            return Count(complete=False, problem=problem)
        wanted = frozenset(names)
        tally = _Tally()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name in wanted:
                        tally.add(entry, [])
        except OSError as error:
            tally.note(f"{error.filename} cannot be listed: {error.strerror}")
        return tally.result(complete=True)

    def unusable(self, folder: Path) -> str | None:
        """Return why a folder cannot be looked at; None if it can."""
        try:
            if not folder.is_dir():
                return f"{folder} is not a folder that the server sees"
            if self._roots and not lies_in(folder.resolve(), self._roots):
                return f"{folder} leads out of the folders that sources may come from"
        except OSError as error:
            return f"{folder} cannot be looked at: {error.strerror}"
        return None

    def _used_up(self) -> bool:
        self._left -= 1
        return self._left < 0 or self._clock() > self._end


class _Tally:
    def __init__(self) -> None:
        self._files = 0
        self._bytes = 0
        self._problem: str | None = None
        self._links = False

    def add(self, entry: os.DirEntry[str], open_folders: list[str]) -> None:
        try:
            if entry.is_dir(follow_symlinks=False):
                open_folders.append(entry.path)
            elif entry.is_dir():
                self._links = True
            elif entry.is_file():
                self._files += 1
                self._bytes += entry.stat().st_size
        except OSError as error:
            self.note(f"{entry.path} cannot be looked at: {error.strerror}")

    def note(self, problem: str) -> None:
        self._problem = self._problem or problem

    def result(self, *, complete: bool) -> Count:
        whole = complete and not self._links and self._problem is None
        return Count(self._files, self._bytes, complete=whole, problem=self._problem)
