"""Which element of a job compresses which stacks: settled once, in a file of the job's folder."""

import json
from pathlib import Path

from ..domain.plan import Partition
from ..errors import Defect
from ..files import write_whole
from ..transform.smartspim import Session, SmartSpimSettings, find_session
from ..transform.smartspim.shares import share

_FILE = "smartspim-stacks.json"


class StacksMissing(Defect):
    """Elements of a job succeeded, but some stacks were made by none of them."""

    code = "smartspim_stacks_missing"


class StackShares:
    """The shares of one job. All its programs see the file.

    Parameters
    ----------
    job_folder
        The job's own folder.
    """

    def __init__(self, job_folder: Path) -> None:
        self._path = job_folder / _FILE

    def settle(self, session: Session, count: int) -> dict[str, int]:
        """Spread a session's stacks over ``count`` elements, whatever was settled before."""
        shares = share({stack.name: stack.file_bytes for stack in session.stacks}, count)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, json.dumps(shares, indent=1).encode())
        return shares

    def of(self, source: Path, settings: SmartSpimSettings, partition: Partition) -> frozenset[str]:
        """Return the stacks of one element, by name."""
        shares = self._read()
        if shares is None:  # the check of the sources was skipped
            shares = self.settle(find_session(source, settings), partition.count)
        return frozenset(name for name, element in shares.items() if element == partition.index)

    def require_all(self, made: frozenset[str]) -> None:
        """Raise `StacksMissing` unless each stack is among those that were made."""
        missing = sorted((self._read() or {}).keys() - made)
        if missing:
            raise StacksMissing(f"No element compressed {', '.join(missing)}.", stacks=missing)

    def _read(self) -> dict[str, int] | None:
        try:
            shares: dict[str, int] = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        return shares
