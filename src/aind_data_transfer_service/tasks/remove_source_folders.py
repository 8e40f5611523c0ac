"""Removes sources that are in the asset byte for byte, where the administrators allow it.

Everything is compared before anything goes. A folder with one file that the asset does not have
stays whole.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..domain.manifest import Manifest, ManifestEntry
from ..domain.pipeline import TaskId
from ..errors import TransferError
from ..storage.verify import verify_asset
from .context import Done, TaskContext
from .metadata_removal import remove_metadata
from .removable_sources import Removable, removable_folders, removal_root, require_uploaded
from .removal_settings import SourceRemovalSettings
from .remove_staging_folder import RemovalRefused
from .shared_sources import require_unshared
from .source_comparison import Kept
from .source_removal import FolderRemoval
from .source_walk import printable
from .verify_upload import uploaded_manifest, verify_mode

logger = logging.getLogger(__name__)

_RECORDS = "removed_sources"
_SHOWN = 20
_LISTED = 1000
_METADATA = "metadata"


class SourcesKept(TransferError):
    """Sources are not in the asset as they are now, so they were not removed."""

    code = "sources_kept"
    what_to_do_default = (
        "The asset itself is whole. Look at the files named: if they are worth keeping, upload or"
        " move them. Then retry the job, or leave the folders."
    )


@dataclass(slots=True)
class _Fate:
    """What becomes of one folder."""

    name: str
    source: Path
    files: int = 0
    bytes: int = 0
    paths: Iterable[str] = ()
    """Of the files, in the folder."""
    kept: Sequence[Kept] = field(default_factory=list)
    is_gone: bool = False
    """Whether somebody else has removed it."""

    def told(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "source": printable(str(self.source)),
            "files": self.files,
            "bytes": self.bytes,
        }


def run(ctx: TaskContext) -> Done:
    """Remove what request and presets name, or with ``dry_run`` tell what that would be."""
    settings = SourceRemovalSettings.of(ctx.spec.settings)
    require_uploaded(ctx.spec)
    folders, transformed = removable_folders(ctx, settings)
    metadata = _metadata_folder(ctx)
    named = [folder.source for folder in folders]
    require_unshared(
        [*named, *([metadata.source] if metadata else [])], ctx.spec.others, "reads it"
    )
    manifest = _verified_manifest(ctx)
    fates = _remove_all(ctx, folders, manifest, dry_run=settings.dry_run)
    different = [fate for fate in fates if fate.kept]
    remarks = [*transformed, *(Kept(str(fate.source), "is gone") for fate in fates if fate.is_gone)]
    if metadata is not None and not different:
        fates.append(_remove_metadata(metadata, manifest, dry_run=settings.dry_run))
        remarks += fates[-1].kept
    for remark in remarks:
        logger.warning("Not removed: %s", remark)
    if different:
        raise _sources_kept(different, fates)
    listed = [f"{fate.source}/{path}" for fate in fates for path in fate.paths][:_LISTED]
    return Done(
        {
            "dry_run": settings.dry_run,
            "files": sum(fate.files for fate in fates),
            "bytes": sum(fate.bytes for fate in fates),
            "folders": [fate.told() for fate in fates],
            "kept": [str(remark) for remark in remarks[:_LISTED]],
            **({"would_remove": list(map(printable, listed))} if settings.dry_run else {}),
        }
    )


def _verified_manifest(ctx: TaskContext) -> Manifest:
    """Return the manifest of this job's upload, once the asset has been verified again.

    The first verification may be days ago: pipelines have run since.
    """
    manifest = uploaded_manifest(ctx.job_folder)
    uploaded = next(t for t in ctx.spec.earlier if t.task_id == TaskId.UPLOAD_DATA_TO_S3)
    digest = hashlib.sha256(manifest.to_bytes()).hexdigest()
    if digest != uploaded.outputs.get("manifest_sha256"):
        raise RemovalRefused("Sources are kept: the manifest is not the one of this job's upload.")
    report = verify_asset(
        ctx.store(),
        ctx.spec.prefix,
        manifest,
        mode=verify_mode(ctx.spec),
        progress=ctx.progress.add,
    )
    if not report.good:
        faults = "; ".join(map(str, report.mismatches[:_SHOWN])) or "its upload is not finished"
        raise RemovalRefused(
            f"Sources are kept: {ctx.spec.prefix} is not any more as it was uploaded: {faults}."
        )
    return manifest


def _remove_all(
    ctx: TaskContext, folders: Sequence[Removable], manifest: Manifest, *, dry_run: bool
) -> list[_Fate]:
    """Compare all folders, then remove those that are in the asset as they are."""
    removals = [
        FolderRemoval(
            folder.root,
            folder.source,
            aside=f".removing-{ctx.spec.job_id}-{folder.name}",
            record=ctx.job_folder / _RECORDS / f"{folder.name}.json",
        )
        for folder in folders
    ]
    for folder, removal in zip(folders, removals, strict=True):
        logger.info("Comparing %s with the asset", folder.source)
        removal.compare(_entries(manifest, folder.name), ctx.progress.add)
    fates = [_Fate(folder.name, folder.source) for folder in folders]
    for fate, removal in zip(fates, removals, strict=True):
        fate.kept, fate.is_gone = removal.comparison.kept, removal.is_gone
        if dry_run and not fate.kept:
            fate.paths = removal.comparison.proven
            fate.files, fate.bytes = len(removal.comparison.proven), removal.comparison.bytes
        if fate.kept or dry_run:
            continue
        done = removal.remove()
        if isinstance(done, Kept):
            fate.kept = [done]
            continue
        fate.files, fate.bytes = len(done.files), done.bytes
        logger.info("Removed %s: %d files, %d bytes", fate.source, fate.files, fate.bytes)
    return fates


def _entries(manifest: Manifest, name: str) -> dict[str, ManifestEntry]:
    """Return the asset's files of one folder, by their paths in it."""
    top = f"{name}/"
    return {entry.path[len(top) :]: entry for entry in manifest if entry.path.startswith(top)}


def _metadata_folder(ctx: TaskContext) -> Removable | None:
    """Return the folder of metadata, if it is there and anything may be removed from it."""
    named = ctx.spec.plan.metadata_dir
    if named is None or not Path(named).is_dir():
        return None
    folder = Path(named).resolve()
    try:
        return Removable(_METADATA, folder, removal_root(ctx, folder))
    except RemovalRefused as refused:
        logger.warning("%s", refused)
        return None


def _remove_metadata(folder: Removable, manifest: Manifest, *, dry_run: bool) -> _Fate:
    fate = _Fate(_METADATA, folder.source)
    if folder.source.exists():  # it may have lain in the folder of a modality
        done = remove_metadata(folder.root, folder.source, manifest, dry_run=dry_run)
        fate.files, fate.bytes = len(done.removed), done.bytes
        fate.paths = done.removed
        fate.kept = [Kept(f"{folder.source}/{kept.path}", kept.why) for kept in done.kept]
    return fate


def _sources_kept(different: Sequence[_Fate], fates: Sequence[_Fate]) -> SourcesKept:
    lines = [f"{fate.source}/{kept}" for fate in different for kept in fate.kept]
    for line in lines[:_LISTED]:
        logger.error("Kept: %s", line)
    shown = [f"- {printable(line)}" for line in lines[:_SHOWN]]
    if len(lines) > _SHOWN:
        shown.append(f"- and {len(lines) - _SHOWN} more: see the task's log")
    names = ", ".join(fate.name for fate in different)
    heading = f"{names} kept whole, as these are not in the asset as they are now:"
    return SourcesKept(
        "\n".join([heading, *shown]),
        kept=[fate.told() for fate in different],
        removed=[fate.told() for fate in fates if not fate.kept],
        files=lines[:_LISTED],
    )
