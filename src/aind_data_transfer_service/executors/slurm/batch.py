"""Submissions as they are written down, before they are made and after.

A submission has a name that follows from the attempts in it. It is written into the attempts'
folders first; so after a crash at any point it is known what may have been submitted, and under
which name to look for it. Nothing is submitted twice for one folder.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from ...files import write_whole
from ...ports.executor import LaunchRequest

PLACE_FILE = "slurm.json"
"""In the folder of each attempt: which submission it is in, and where."""
BATCH_FILE = "submission.json"
_PREFIX = "adt"


class Batch(BaseModel):
    """One submission: a job, or an array of jobs."""

    model_config = ConfigDict(frozen=True)

    name: str
    comment: str
    folder: str
    """Working directory, as the service sees it."""
    elements: dict[int, str]
    """Folder of the attempt by array index; one without an array has the index 0."""
    is_array: bool
    at_once: int | None
    properties: dict[str, Any]
    written_at: float
    job_id: int | None = None
    """None until the cluster has told it."""

    @property
    def array(self) -> str | None:
        """What ``--array`` takes."""
        if not self.is_array:
            return None
        throttle = f"%{self.at_once}" if self.at_once else ""
        return _ranges(sorted(self.elements)) + throttle

    @property
    def log(self) -> str:
        """File for the jobs' output, in the attempt's folder; relative to ``folder``."""
        return "%a/log.txt" if self.is_array else "log.txt"

    @property
    def path(self) -> Path:
        """File this is written in."""
        return Path(self.folder, BATCH_FILE)

    def write(self) -> None:
        """Write it down."""
        write_whole(self.path, self.model_dump_json().encode())

    def submitted(self, job_id: int) -> "Batch":
        """Return it with its job id, written down."""
        batch = self.model_copy(update={"job_id": job_id})
        batch.write()
        return batch


def lay_out(requests: Sequence[LaunchRequest], properties: Mapping[str, Any]) -> Batch:
    """Write down the submission of attempts that have none, and return it."""
    first = requests[0]
    place = first.array
    if place is None:
        name, folder, elements = f"{_PREFIX}.{first.key}", first.folder, {0: str(first.folder)}
    else:
        keys = "\n".join(sorted(request.key for request in requests))
        name = f"{_PREFIX}.{place.group}.{hashlib.sha256(keys.encode()).hexdigest()[:8]}"
        folder = place.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        elements = {
            request.array.index: str(request.folder) for request in requests if request.array
        }
        for index, attempt in elements.items():
            _link(folder / str(index), Path(attempt))
    batch = Batch(
        name=name,
        comment=f"aind-data-transfer {first.key if place is None else place.group}",
        folder=str(folder),
        elements=elements,
        is_array=place is not None,
        at_once=place.at_once if place else None,
        properties=dict(properties),
        written_at=time.time(),
    )
    for index, attempt in elements.items():
        content = {"submission": _relative(batch.path, Path(attempt)), "index": index}
        write_whole(Path(attempt, PLACE_FILE), json.dumps(content).encode())
    batch.write()  # last: an attempt whose place leads nowhere is in no submission
    return batch


def place_of(attempt: Path) -> tuple[Batch, int] | None:
    """Return the submission an attempt is in and its index; None if it is in none."""
    try:
        place = json.loads((attempt / PLACE_FILE).read_bytes())
        batch = Batch.model_validate_json((attempt / place["submission"]).read_bytes())
    except FileNotFoundError:
        return None
    return batch, place["index"]


def _link(link: Path, attempt: Path) -> None:
    """Make a link that holds under another path of the same share, too."""
    link.unlink(missing_ok=True)
    link.symlink_to(_relative(attempt, link.parent))


def _relative(path: Path, folder: Path) -> str:
    return os.path.relpath(path.resolve(), folder.resolve())


def _ranges(indices: Sequence[int]) -> str:
    """Return ascending numbers as ``0-3,7``."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
