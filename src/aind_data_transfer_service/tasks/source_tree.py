"""Looking at source folders through open descriptors: no link is ever followed."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PIECE_BYTES = 1 << 20

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells that a file is still the same one, with the same content.

    Its device is not part of it: a share has another number on each machine.
    """

    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> "Identity":
        """Return a file's identity."""
        return cls(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a tree."""

    path: str
    """Relative to the tree's top, with ``/``."""
    name: str
    folder: int
    """Descriptor of the folder it lies in, open for as long as the walk stands there."""
    status: os.stat_result

    @property
    def oddity(self) -> str | None:
        """Why it is not a plain file of its own; None if it is."""
        mode = self.status.st_mode
        if stat.S_ISLNK(mode):
            return "is a link"
        if stat.S_ISDIR(mode):
            return "is a folder of another file system"
        if not stat.S_ISREG(mode):
            return "is neither a file nor a folder"
        if self.status.st_nlink > 1:
            return "has other names too (hard links)"
        return None


@contextmanager
def opened(folder: str | Path, *, within: int | None = None) -> Iterator[int]:
    """Open a folder, which must not be a link; ``within`` is the folder that it lies in."""
    descriptor = os.open(folder, _FOLDER, dir_fd=within)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def opened_below(root: Path, folder: Path) -> Iterator[int]:
    """Open a folder below ``root``, step by step, so that no link on the way is followed."""
    descriptor = os.open(root, _FOLDER)
    try:
        for part in folder.relative_to(root).parts:
            below = os.open(part, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        yield descriptor
    finally:
        os.close(descriptor)


def walk(folder: int, *, leave: Callable[[int, str], None] | None = None) -> Iterator[Found]:
    """Yield all that is below an open folder and is no folder, as it is when it is come to.

    Parameters
    ----------
    folder
        The top. Folders of other file systems are yielded, not entered.
    leave
        Called for each folder below the top after all in it, with the folder it lies in and its
        name.
    """
    yield from _walk(folder, "", os.fstat(folder).st_dev, leave)


def _walk(
    folder: int, above: str, device: int, leave: Callable[[int, str], None] | None
) -> Iterator[Found]:
    for name in names_in(folder):
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not stat.S_ISDIR(found.st_mode) or found.st_dev != device:
            yield Found(f"{above}{name}", name, folder, found)
            continue
        with opened(name, within=folder) as below:
            yield from _walk(below, f"{above}{name}/", device, leave)
        if leave is not None:
            leave(folder, name)


def names_in(folder: int) -> list[str]:
    """Return the names in an open folder, in order."""
    return sorted(os.listdir(folder))


def sha256_of(file: Found, progress: Progress) -> tuple[str, Identity] | None:
    """Hash a file; None if it is not the one that was found, or changed meanwhile."""
    descriptor = os.open(file.name, _FILE, dir_fd=file.folder)
    with os.fdopen(descriptor, "rb", buffering=0) as content:
        before = Identity.of(os.fstat(descriptor))
        if before != Identity.of(file.status):
            return None
        digest = hashlib.sha256()
        while piece := content.read(_PIECE_BYTES):
            digest.update(piece)
            progress(len(piece))
        if Identity.of(os.fstat(descriptor)) != before:
            return None
    return digest.hexdigest(), before
