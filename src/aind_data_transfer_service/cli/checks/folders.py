"""The folders of the service and of the sources."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ...settings import Settings
from ..units import decimal_bytes
from .finding import Finding, fail, ok, warn

_LITTLE_BYTES = 20e9


def check_own_folders(settings: Settings) -> Iterator[Finding]:
    """Look whether staging and work folders can be written to, and how much space they have."""
    for name, folder in (("staging", settings.staging_root), ("work", settings.work_root)):
        yield _own_folder(f"{name} folder", folder, f"{name}_dir")


def check_source_roots(settings: Settings) -> Iterator[Finding]:
    """Look whether the folders that sources lie in are there and can be read."""
    if not settings.source_roots:
        yield warn(
            "source roots",
            "None set: requests may name any folder that the service can read",
            "Set source_roots to the shares that data come from.",
        )
    for root in settings.source_roots:
        name = f"source root {root}"
        if not root.is_dir():
            yield fail(name, "Is not there, or is no folder", "Mount it, or correct source_roots.")
        elif not os.access(root, os.R_OK | os.X_OK):
            yield fail(name, "Cannot be read", "Give the service's user the right to read it.")
        else:
            yield ok(name, "Can be read")


def check_removal_roots(settings: Settings) -> Iterator[Finding]:
    """Look whether sources can be removed where the settings allow it."""
    for root in settings.removal.roots:
        name = f"removal root {root}"
        if not root.is_dir():
            yield fail(name, "Is not there, or is no folder", "Mount it, or correct removal.roots.")
        elif not os.access(root, os.W_OK | os.X_OK):
            yield fail(
                name,
                "Cannot be written to, so no source in it can be removed",
                "Give the service's user the right to write there, or correct removal.roots.",
            )
        else:
            yield ok(name, "Sources in it may be removed")


def _own_folder(name: str, folder: Path, setting: str) -> Finding:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return fail(
            name,
            f"{folder} cannot be written to, because of {there}",
            f"Give the service's user the right to write there, or set {setting}.",
        )
    free = shutil.disk_usage(there).free
    jobs = sum(entry.is_dir() for entry in folder.iterdir()) if folder.is_dir() else 0
    message = (
        f"{folder} can be written to, {decimal_bytes(free)} are free; it holds folders of"
        f" {jobs} jobs"
    )
    if free < _LITTLE_BYTES:
        return warn(name, message, f"Free space, or set {setting} to a larger disk.")
    return ok(name, message)
