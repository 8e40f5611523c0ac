"""Removing a folder that was compared: at once for all who look, and begun again after a crash.

The folder first gets another name, so that no other job can take what is left of it for the whole.
A record in the job's folder, written before, tells the next attempt what was to go.
"""

import json
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from ..domain.manifest import ManifestEntry
from ..errors import TransferError
from ..files import write_whole
from .source_comparison import Comparison, Kept, compare
from .source_tree import Identity, Progress, opened, opened_below, walk


class RemovalInterrupted(TransferError):
    """Something came into a folder while it was being removed."""

    code = "removal_interrupted"
    what_to_do_default = (
        "Look at the folder named: what the removal did not know is in it, and is not in the"
        " asset. Move that to a safe place, then retry the job."
    )


class RemovalState(StrEnum):
    """How far a removal has come."""

    COMPARED = "compared"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class RemovalRecord:
    """What is to be removed, as the job's folder keeps it."""

    source: str
    state: RemovalState
    files: Mapping[str, Identity]

    @property
    def bytes(self) -> int:
        """Size of the files."""
        return sum(identity.size for identity in self.files.values())

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read a record; None if there is none."""
        try:
            content: dict[str, Any] = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        files = {name: Identity(*values) for name, values in content["files"].items()}
        return cls(content["source"], RemovalState(content["state"]), files)

    def write(self, path: Path) -> None:
        """Write the record."""
        files = {name: astuple(identity) for name, identity in self.files.items()}
        content = {"source": self.source, "state": self.state, "files": files}
        path.parent.mkdir(exist_ok=True)
        write_whole(path, json.dumps(content).encode())


class FolderRemoval:
    """The removal of one folder by one job: first `compare`, then `remove`.

    Parameters
    ----------
    root
        The folder that allows it, links resolved.
    source
        The folder, below ``root``, links resolved.
    aside
        Name that it has, in the same place, while it is being removed.
    record
        File that tells the next attempt of it.
    """

    def __init__(self, root: Path, source: Path, *, aside: str, record: Path) -> None:
        self._root = root
        self._source = source
        self._aside = aside
        self._record_file = record
        self._folder: os.stat_result | None = None
        self.comparison = Comparison()
        self.is_gone = False
        """Whether the folder is not there, and no attempt of this job has removed it."""

    def compare(self, entries: Mapping[str, ManifestEntry], progress: Progress) -> None:
        """Compare the folder with the asset, unless an earlier attempt has begun to remove it."""
        with self._parent() as parent:
            if _is_there(self._aside, parent):
                return
            if not _is_there(self._source.name, parent):
                self.is_gone = not self._record_file.exists()
                return
            with opened(self._source.name, within=parent) as folder:
                self._folder = os.fstat(folder)
                self.comparison = compare(folder, entries, progress)

    def remove(self) -> RemovalRecord | Kept:
        """Remove the folder, or go on with it, and return what is gone.

        Says why it is kept, and leaves it as it was, if something in it changed since it was
        compared. Raises `RemovalInterrupted` where an earlier attempt had begun.
        """
        with self._parent() as parent:
            if self._folder is not None:
                return self._remove(parent, self._folder)
            record = RemovalRecord.read(self._record_file)
            if record is None:
                return RemovalRecord(str(self._source), RemovalState.REMOVED, {})
            return self._go_on(parent, record) if _is_there(self._aside, parent) else record

    def _parent(self) -> AbstractContextManager[int]:
        return opened_below(self._root, self._source.parent)

    def _remove(self, parent: int, folder: os.stat_result) -> RemovalRecord | Kept:
        record = RemovalRecord(
            str(self._source), RemovalState.COMPARED, dict(self.comparison.proven)
        )
        record.write(self._record_file)
        name = self._source.name
        now = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if (now.st_dev, now.st_ino) != (folder.st_dev, folder.st_ino):
            return Kept(str(self._source), "is not the folder any more that was compared")
        try:
            os.rename(name, self._aside, src_dir_fd=parent, dst_dir_fd=parent)
        except OSError as error:
            return Kept(str(self._source), f"cannot be moved: {error.strerror}")
        unknown = self._unknown(parent, record)
        if unknown is None:
            return self._go_on(parent, record)
        os.rename(self._aside, name, src_dir_fd=parent, dst_dir_fd=parent)
        return unknown

    def _go_on(self, parent: int, record: RemovalRecord) -> RemovalRecord:
        unknown = self._unknown(parent, record)
        if unknown is not None:
            raise self._interrupted(str(unknown))
        try:
            with opened(self._aside, within=parent) as folder:
                for file in walk(folder, leave=_remove_folder):
                    if Identity.of(file.status) != record.files.get(file.path):
                        raise self._interrupted(f"{file.path} is new or changed")
                    os.unlink(file.name, dir_fd=file.folder)
            os.rmdir(self._aside, dir_fd=parent)
        except OSError as error:
            raise self._interrupted(f"{error.filename}: {error.strerror}") from error
        done = replace(record, state=RemovalState.REMOVED)
        done.write(self._record_file)
        return done

    def _unknown(self, parent: int, record: RemovalRecord) -> Kept | None:
        """Return the first file that is none of those compared, or not as it was then."""
        with opened(self._aside, within=parent) as folder:
            for file in walk(folder):
                if Identity.of(file.status) != record.files.get(file.path):
                    return Kept(file.path, "is new, or changed after it was compared")
        return None

    def _interrupted(self, what: str) -> RemovalInterrupted:
        where = self._source.with_name(self._aside)
        return RemovalInterrupted(
            f"The removal of {self._source} broke off: {what}. What is left of it is in {where};"
            " what is gone is in the asset.",
            folder=str(where),
        )


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _remove_folder(above: int, name: str) -> None:
    os.rmdir(name, dir_fd=above)
