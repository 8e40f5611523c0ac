"""Whether another job has to do with the folders of this one."""

from collections.abc import Sequence
from pathlib import Path

from ..errors import Conflict
from .spec import OtherJob


class SourceInUse(Conflict):
    """Another job that is under way reads the folder, or removes it."""

    code = "source_in_use"
    what_to_do_default = "It is tried again by itself a few times; after that, retry the job."
    retryable = True


def require_unshared(folders: Sequence[Path], others: Sequence[OtherJob], what: str) -> None:
    """Raise `SourceInUse` if a folder is, holds or lies in one that another job names.

    Parameters
    ----------
    folders
        Links resolved.
    others
        The other jobs.
    what
        What they do with their folders, as a sentence ends: "reads it", "removes it".
    """
    for other in others:
        for named in map(Path, other.sources):
            theirs = named.resolve()
            for folder in folders:
                if folder.is_relative_to(theirs) or theirs.is_relative_to(folder):
                    raise SourceInUse(
                        f"{folder}: job {other.job_id}, which is under way, {what} ({named}).",
                        job_id=other.job_id,
                    )
