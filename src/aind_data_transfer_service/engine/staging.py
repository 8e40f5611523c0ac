"""Removes the staging folder of a job that ends without an asset."""

import shutil
from pathlib import Path


def remove_staging(folder: Path) -> None:
    """Remove a job's staging folder; links in it are removed, what they point to is not."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
