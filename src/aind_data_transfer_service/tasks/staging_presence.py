"""Whether what a job staged is still there."""

from pathlib import Path

from ..errors import NotFound


class StagingMissing(NotFound):
    """The job's staging folder is gone, with what earlier tasks had put there."""

    code = "staging_missing"
    what_to_do_default = "Retry the job: it stages its data again, from its sources."


def require_staging(staging: Path) -> None:
    """Raise `StagingMissing` if the staging folder is not there."""
    if not staging.is_dir():
        raise StagingMissing(f"The staging folder {staging} is gone.")
