"""Removing what an asset has of a folder of metadata: file by file, and the folder if empty."""

import os
from dataclasses import dataclass
from pathlib import Path

from ..domain.manifest import Manifest
from ..metadata.files import KNOWN_FILES
from .source_comparison import Kept, same_content
from .source_tree import Found, Identity, names_in, opened, opened_below


@dataclass(frozen=True, slots=True)
class MetadataRemoved:
    """What became of the folder."""

    removed: tuple[str, ...]
    """Names of files that the asset has as they are."""
    bytes: int
    """Their size."""
    kept: tuple[Kept, ...]
    """All else that is there."""


def remove_metadata(
    root: Path, folder: Path, manifest: Manifest, *, dry_run: bool
) -> MetadataRemoved:
    """Remove the metadata files at the top of a folder that lie so in the asset.

    Parameters
    ----------
    root
        The folder that allows the removal; ``folder`` lies below it.
    folder
        The folder, links resolved. It is removed too if nothing else is in it.
    manifest
        Of the asset.
    dry_run
        Whether only to tell what would be removed.
    """
    entries = {entry.path: entry for entry in manifest if entry.path in KNOWN_FILES}
    kept: list[Kept] = []
    removed: dict[str, Identity] = {}
    with opened_below(root, folder.parent) as parent, opened(folder.name, within=parent) as here:
        for name in names_in(here):
            file = Found(name, name, here, os.stat(name, dir_fd=here, follow_symlinks=False))
            judged = (
                same_content(file, entries[name], lambda _amount: None)
                if name in entries and file.oddity is None
                else Kept(name, "is not in the asset as it is")
            )
            now = os.stat(name, dir_fd=here, follow_symlinks=False)
            if not isinstance(judged, Kept) and Identity.of(now) != judged:
                judged = Kept(name, "changed after it was compared")
            if isinstance(judged, Kept):
                kept.append(judged)
                continue
            if not dry_run:
                os.unlink(name, dir_fd=here)
            removed[name] = judged
        if not kept and not dry_run:
            os.rmdir(folder.name, dir_fd=parent)
    size = sum(identity.size for identity in removed.values())
    return MetadataRemoved(tuple(removed), size, tuple(kept))
