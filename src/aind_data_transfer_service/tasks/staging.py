"""Prepares the staging folder: sources are linked into it, not copied."""

import os
from enum import StrEnum
from pathlib import Path

from ..errors import Conflict
from ..metadata.files import KNOWN_FILES, RECORD


class Staged(StrEnum):
    """What became of a modality's folder: ``action`` of the outputs of ``compress_data``."""

    LINKED = "linked"
    COMPRESSED = "compressed"
    SCRIPTED = "scripted"
    NOTHING = "nothing to do"


class StagingOccupied(Conflict):
    """Something is in the staging folder where a link or folder has to go."""

    code = "staging_occupied"
    what_to_do_default = "Remove what the message names from the staging folder, then retry."


def stage_link(source: Path, link: Path) -> None:
    """Make ``link`` a link to ``source``, replacing one to elsewhere."""
    if link.is_symlink():
        if link.readlink() == source:
            return
        link.unlink()
    elif os.path.lexists(link):
        raise StagingOccupied(f"{link} is there already and is not a link to {source}.")
    link.symlink_to(source, target_is_directory=True)


def require_real_folder(path: Path) -> None:
    """Raise `StagingOccupied` if ``path`` exists and is not a folder itself (a link is not)."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise StagingOccupied(f"{path} is there already and is not a folder.")


def remove_partial_metadata(staging: Path) -> None:
    """Remove what an attempt that was killed left half written: it would be uploaded."""
    for name in (*KNOWN_FILES, RECORD):
        for partial in staging.glob(f".{name}.*.partial"):
            partial.unlink()
