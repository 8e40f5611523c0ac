"""What an element of a job remembers from one attempt to the next, through any crash."""

from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

from ..domain.plan import Frozen
from ..files import write_whole
from .context import TaskContext

EntryT = TypeVar("EntryT", bound=Frozen)

_FOLDER = "codeocean"


class Journal(Generic[EntryT]):
    """One value in a file of the job's folder, always written whole.

    Parameters
    ----------
    ctx
        The attempt. All attempts at one element of a task have the same journal.
    kind
        Model of the value; it must have a default for all it holds.
    """

    def __init__(self, ctx: TaskContext, kind: type[EntryT]) -> None:
        self.folder = ctx.job_folder / _FOLDER
        self._path = self.folder / f"{ctx.spec.task_id}.{ctx.spec.map_index}.json"
        self._kind = kind

    def read(self) -> EntryT:
        """Return what is remembered."""
        return _read(self._path, self._kind)

    def write(self, entry: EntryT) -> EntryT:
        """Remember this, and return it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, entry.model_dump_json().encode())
        return entry

    def of_others(self) -> Iterator[EntryT]:
        """Yield what the task's other elements remember."""
        task, _, _ = self._path.stem.rpartition(".")
        for path in sorted(self.folder.glob(f"{task}.*.json")):
            if path != self._path:
                yield _read(path, self._kind)


def _read(path: Path, kind: type[EntryT]) -> EntryT:
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return kind()
