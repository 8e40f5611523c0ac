"""Sends the staged asset to the store, reading each file once, and leaves the manifest with it."""

import hashlib
import logging
import shutil
import time
from typing import Any

from ..domain.manifest import MANIFEST_NAME, Manifest
from ..files import write_whole
from ..ports.object_store import ObjectStore
from ..storage.marker import MARKER_NAME, remove_marker
from ..storage.parallel import StopSign
from .asset_files import AssetFiles, AssetNotUploadable, scan_asset
from .context import Done, TaskContext
from .sending import PARTS_FOLDER, Sender, mark_unfinished
from .staging_presence import require_staging
from .transfer_settings import TransferSettings
from .upload_journal import UploadJournal, upload_journal

logger = logging.getLogger(__name__)

_FOLDERS_LOGGED = 20


def run(ctx: TaskContext) -> Done:
    """Upload the asset; files that an earlier attempt sent and that did not change are skipped."""
    started = time.monotonic()
    settings = TransferSettings.of(ctx.spec.settings)
    require_staging(ctx.staging)
    asset = scan_asset(ctx.staging, prefix=ctx.spec.prefix, link_roots=ctx.spec.source_roots)
    _require_free_names(asset)
    _log_empty_folders(asset)
    store = ctx.store()
    with upload_journal(ctx.job_folder, {file.path for file in asset.files}) as journal:
        skipped = _send(ctx, store, journal, asset, settings.concurrency)
        manifest = _manifest(asset, journal)
    checksum = _finish(ctx, store, manifest)
    seconds = time.monotonic() - started
    logger.info("%d files, %d bytes in %.1f s", len(manifest), asset.total_bytes, seconds)
    return Done(
        {
            "files": len(manifest),
            "bytes": asset.total_bytes,
            "seconds": round(seconds, 3),
            "location": f"{store.url}/{ctx.spec.prefix}",
            "manifest_sha256": checksum,
            "skipped_files": skipped,
            "empty_folders": len(asset.empty_folders),
        }
    )


def _send(
    ctx: TaskContext,
    store: ObjectStore,
    journal: UploadJournal,
    asset: AssetFiles,
    concurrency: int,
) -> int:
    """Send the files that are not there yet, under the marker; return how many are there."""
    sender = Sender(ctx, store, journal, progress=ctx.progress.add, stop=StopSign())
    missing = sender.missing(asset.files)
    skipped = len(asset.files) - len(missing)
    missing_bytes = sum(file.size for file in missing)
    logger.info(
        "%d files to send, %d bytes; %d files are there already",
        len(missing),
        missing_bytes,
        skipped,
    )
    ctx.progress.set(asset.total_bytes - missing_bytes, asset.total_bytes)
    mark_unfinished(store, ctx.spec)
    sender.send(missing, concurrency)
    return skipped


def _manifest(asset: AssetFiles, journal: UploadJournal) -> Manifest:
    """Return the manifest of what was sent, now and before."""
    entries = (journal.get(file.path) for file in asset.files)
    return Manifest.of(entry for entry in entries if entry is not None)


def _finish(ctx: TaskContext, store: ObjectStore, manifest: Manifest) -> str:
    """Put the manifest beside the data, take the marker away; return the manifest's SHA-256."""
    store.abandon(ctx.spec.prefix)  # files in parts that are no more in the asset
    shutil.rmtree(ctx.job_folder / PARTS_FOLDER)
    data = manifest.to_bytes()
    write_whole(ctx.job_folder / MANIFEST_NAME, data)
    store.put_bytes(ctx.spec.prefix + MANIFEST_NAME, data)
    remove_marker(store, ctx.spec.prefix)
    return hashlib.sha256(data).hexdigest()


def _require_free_names(asset: AssetFiles) -> None:
    taken = {MANIFEST_NAME, MARKER_NAME} & {file.path for file in asset.files}
    if taken:
        raise AssetNotUploadable(
            f"The asset has {' and '.join(sorted(taken))} at its top: the upload itself writes"
            " files of these names there.",
            what_to_do="Rename or move the file at its source, then retry the job.",
            names=sorted(taken),
        )


def _log_empty_folders(asset: AssetFiles) -> None:
    names: Any = asset.empty_folders
    if names:
        logger.warning(
            "%d empty folders, which an object store cannot hold: %s%s",
            len(names),
            ", ".join(names[:_FOLDERS_LOGGED]),
            ", …" if len(names) > _FOLDERS_LOGGED else "",
        )
