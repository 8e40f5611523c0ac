"""Finds the stacks of a session, and all that is wrong with them, before any work.

Layout: ``SmartSPIM/<channel>/<column>/<column_row>/<number>.png``, one 16-bit slice a file; also
``.tif`` and ``.tiff``. The channel's name ends in the emission wavelength: ``Ex_488_Em_525``.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import SourceProblem
from .acquisition import FILE as ACQUISITION
from .acquisition import VoxelSize, read_voxel_size
from .checks import gaps, unequal, unlike
from .errors import ImageUnreadable, SmartSpimInvalid, StackMissing
from .headers import PNG_SUFFIXES, TIFF_SUFFIXES, Slice, read_header
from .settings import SmartSpimSettings
from .stacks import Stack, emission_wavelength

FOLDER = "SmartSPIM"
DERIVATIVES = "derivatives"

_IMAGES = PNG_SUFFIXES | TIFF_SUFFIXES

_READERS = 16  # threads that wait for the share
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Session:
    """What a folder holds that can be compressed."""

    source: Path
    voxel_size: VoxelSize
    """Micrometres along z, y and x."""
    stacks: tuple[Stack, ...]
    """By name."""
    passed_over: tuple[str, ...]
    """Files that are no slices and have no place in the output; relative to the source."""


def stack_folders(source: Path) -> list[Path]:
    """Return the folders of all stacks; raises `OSError` where one cannot be listed."""
    folders = [source / FOLDER]
    for _ in range(3):
        folders = [Path(e.path) for folder in folders for e in _entries(folder) if e.is_dir()]
    return folders


def find_session(
    source: Path,
    settings: SmartSpimSettings,
    *,
    only: frozenset[str] | None = None,
) -> Session:
    """Read the header of every slice and return the session.

    Parameters
    ----------
    source
        Folder that holds ``SmartSPIM`` and ``acquisition.json``.
    settings
        Of the compression.
    only
        Names of the stacks to read; all by default.

    Raises
    ------
    SmartSpimInvalid
        Names all that is wrong.
    StackMissing
        If one of ``only`` is not there.
    """
    search = _Search(source)
    size = _voxel_size(source, settings)
    if isinstance(size, SourceProblem):
        search.problems.append(size)
    stacks = list(search.stacks(only))
    if only is None:
        search.problems += unequal(stacks, by_tile=settings.unequal_depths)
    if search.problems or isinstance(size, SourceProblem):
        raise SmartSpimInvalid(search.problems)
    missing = sorted((only or frozenset()) - {stack.name for stack in stacks})
    if missing:
        raise StackMissing(f"{', '.join(missing)} in {source / FOLDER}: there no more.")
    stacks.sort(key=lambda stack: stack.name)
    return Session(source, size, tuple(stacks), tuple(search.passed_over))


def _voxel_size(source: Path, settings: SmartSpimSettings) -> VoxelSize | SourceProblem:
    if settings.voxel_size is None:
        return read_voxel_size(source)
    x, y, z = settings.voxel_size
    return z, y, x


@dataclass(slots=True)
class _Search:
    """Walks the session and notes what is wrong and what does not belong."""

    source: Path
    problems: list[SourceProblem] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def stacks(self, only: frozenset[str] | None) -> Iterator[Stack]:
        """Yield all stacks that are sound by themselves."""
        top = self.source / FOLDER
        if not top.is_dir():
            self._problem("smartspim_not_found", self.source, f"holds no folder {FOLDER}")
            return
        for entry in self._list(self.source):
            if entry.name not in {FOLDER, DERIVATIVES, ACQUISITION}:
                self._pass_over(Path(entry.path))
        found: dict[str, Path] = {}
        with ThreadPoolExecutor(_READERS) as pool:
            for channel, folder in self._folders(top):
                name = f"{channel}/{folder.name}"
                other = found.setdefault(name, folder)
                if other != folder:
                    self._problem("smartspim_stack_repeated", folder, f"has the name of {other}")
                elif only is None or name in only:
                    yield from self._stack(channel, folder, pool)
        if not found:
            self._problem("smartspim_not_found", top, "holds no stack: <channel>/<column>/<tile>")

    def _folders(self, top: Path) -> Iterator[tuple[str, Path]]:
        for channel in self._subfolders(top):
            if emission_wavelength(channel.name) is None:
                self._problem(
                    "smartspim_channel_invalid",
                    channel,
                    "does not end in the emission wavelength, as Ex_488_Em_525 does",
                )
            for column in self._subfolders(channel):
                for tile in self._subfolders(column):
                    yield channel.name, tile

    def _subfolders(self, folder: Path) -> Iterator[Path]:
        for entry in self._list(folder):
            if entry.is_dir():
                yield Path(entry.path)
            else:
                self._pass_over(Path(entry.path))

    def _stack(self, channel: str, folder: Path, pool: ThreadPoolExecutor) -> Iterator[Stack]:
        numbered: dict[int, Path] = {}
        suffixes: Counter[str] = Counter()
        for entry in self._list(folder):
            path = Path(entry.path)
            suffix = path.suffix.lower()
            if entry.is_dir() or path.name.startswith(".") or suffix not in _IMAGES:
                self._pass_over(path)
            elif _NUMBER.fullmatch(path.stem) is None:
                self._problem("smartspim_slice_unnumbered", path, "has no number for a name")
            elif int(path.stem) in numbered:
                other = numbered[int(path.stem)].name
                self._problem("smartspim_slice_repeated", path, f"has the number of {other}")
            else:
                numbered[int(path.stem)] = path
                suffixes[suffix] += 1
        if not numbered:
            self._problem("smartspim_stack_empty", folder, "holds no slice")
            return
        if len(suffixes) > 1:
            kinds = " and ".join(f"{count} {suffix}" for suffix, count in suffixes.most_common())
            self._problem("smartspim_images_differ", folder, f"holds images of two kinds: {kinds}")
        self.problems += gaps(folder, sorted(numbered))
        slices = list(self._headers([numbered[number] for number in sorted(numbered)], pool))
        if len(slices) == len(numbered):
            self.problems += unlike(folder, slices)
            yield Stack(channel, folder, tuple(slices))

    def _headers(self, paths: Sequence[Path], pool: ThreadPoolExecutor) -> Iterator[Slice]:
        for found in pool.map(_header, paths):
            if isinstance(found, ImageUnreadable):
                self._problem(found.code, found.path, found.reason)
            else:
                yield found

    def _list(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            return _entries(folder)
        except OSError as error:
            self._problem("folder_unreadable", folder, f"cannot be listed: {error.strerror}")
            return []

    def _pass_over(self, path: Path) -> None:
        self.passed_over.append(str(path.relative_to(self.source)))

    def _problem(self, code: str, path: Path, message: str) -> None:
        self.problems.append(SourceProblem(code, str(path), message))


def _header(path: Path) -> Slice | ImageUnreadable:
    try:
        return read_header(path)
    except ImageUnreadable as unreadable:
        return unreadable


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)
