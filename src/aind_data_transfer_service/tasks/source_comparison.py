"""Comparing source folders with what was uploaded from them, file by file, byte for byte."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..domain.manifest import ManifestEntry
from .source_tree import Found, Identity, Progress, sha256_of, walk
from .source_walk import printable


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that may not be removed, and why."""

    path: str
    why: str

    def __str__(self) -> str:
        return f"{printable(self.path)} {self.why}"


@dataclass(slots=True)
class Comparison:
    """What a folder's files are beside the asset's."""

    proven: dict[str, Identity] = field(default_factory=dict)
    """Files that are in the asset, by their paths in the folder."""
    kept: list[Kept] = field(default_factory=list)
    """All that is not; nothing of the folder may be removed then."""

    @property
    def bytes(self) -> int:
        """Size of the proven files."""
        return sum(identity.size for identity in self.proven.values())


def compare(folder: int, entries: Mapping[str, ManifestEntry], progress: Progress) -> Comparison:
    """Read every file of an open folder and look for it in the asset.

    Parameters
    ----------
    folder
        The folder's descriptor.
    entries
        The asset's files that came from it, by their paths in the folder.
    progress
        Is told the bytes read.
    """
    comparison = Comparison()
    for file in walk(folder):
        judged = judge(file, entries.get(file.path), progress)
        if isinstance(judged, Kept):
            comparison.kept.append(judged)
        else:
            comparison.proven[file.path] = judged
    return comparison


def judge(file: Found, entry: ManifestEntry | None, progress: Progress) -> Identity | Kept:
    """Return the identity of a file that the asset has as it is; else why it is to be kept."""
    if (oddity := file.oddity) is not None:
        return Kept(file.path, oddity)
    if entry is None:
        return Kept(file.path, "was not uploaded")
    if (file.status.st_size, file.status.st_mtime_ns) != (entry.size, entry.mtime_ns):
        return Kept(file.path, "has another size or time than when it was uploaded")
    return same_content(file, entry, progress)


def same_content(file: Found, entry: ManifestEntry, progress: Progress) -> Identity | Kept:
    """Return the identity of a file with the content that the asset has; else why to keep it."""
    try:
        read = sha256_of(file, progress)
    except OSError as error:
        return Kept(file.path, f"cannot be read: {error.strerror}")
    if read is None:
        return Kept(file.path, "changed while it was read")
    sha256, identity = read
    if sha256 != entry.sha256:
        return Kept(file.path, "has another content than what was uploaded")
    return identity
