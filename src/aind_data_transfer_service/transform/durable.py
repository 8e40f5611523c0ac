"""Folders and files that are whole or not there, even after a power cut."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Wait until all files and names below ``folder`` are on the disk."""
    for parent, _, names in os.walk(folder):
        for name in names:
            _sync(Path(parent, name))
        _sync(Path(parent))


def publish_folder(partial: Path, final: Path) -> None:
    """Give a finished folder its name once all of it is on the disk."""
    sync_folder(partial)
    partial.rename(final)
    _sync(final.parent)


def publish_file(partial: Path, final: Path) -> None:
    """Give a finished file its name once all of it is on the disk."""
    _sync(partial)
    partial.rename(final)
    _sync(final.parent)


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below ``folder``."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
