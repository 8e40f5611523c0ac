"""Sends the staged asset to the store, reading each file once, and leaves the manifest with it."""

import hashlib
import logging
import time
from typing import Any

from ..domain.manifest import MANIFEST_NAME, Manifest, ManifestEntry
from ..errors import SourceChanged
from ..files import write_whole
from ..ports.object_store import ObjectStore
from ..storage.marker import MARKER_NAME, put_marker, remove_marker
from ..storage.parallel import Lane, StopSign, for_each
from .asset_files import AssetFile, AssetFiles, AssetNotUploadable, scan_asset
from .context import Done, TaskContext
from .staging_presence import require_staging
from .transfer_settings import TransferSettings
from .upload_journal import JOURNAL_FILE, UploadJournal

logger = logging.getLogger(__name__)

_LARGE_BYTES = 64 << 20
_LARGE_AT_ONCE = 2
"""Few, as each is sent in parts that are in flight at once."""
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
    with UploadJournal(ctx.job_folder / JOURNAL_FILE) as journal:
        upload = _Upload(ctx, store, journal)
        upload.send(asset, settings.concurrency)
        manifest = upload.manifest(asset)
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
            "skipped_files": upload.skipped_files,
            "empty_folders": len(asset.empty_folders),
        }
    )


class _Upload:
    def __init__(self, ctx: TaskContext, store: ObjectStore, journal: UploadJournal) -> None:
        self._ctx = ctx
        self._store = store
        self._journal = journal
        self._stop = StopSign()
        self.skipped_files = 0

    def send(self, asset: AssetFiles, concurrency: int) -> None:
        """Send the files that are not there yet, under the marker of an unfinished upload."""
        spec = self._ctx.spec
        there = {found.key: found.size for found in self._store.list(spec.prefix)}
        missing = [file for file in asset.files if not self._was_sent(file, there)]
        self.skipped_files = len(asset.files) - len(missing)
        missing_bytes = sum(file.size for file in missing)
        logger.info(
            "%d files to send, %d bytes; %d files are there already",
            len(missing),
            missing_bytes,
            self.skipped_files,
        )
        self._ctx.progress.set(asset.total_bytes - missing_bytes, asset.total_bytes)
        put_marker(
            self._store, spec.prefix, job_id=spec.job_id, service_version=spec.service_version
        )
        large = [file for file in missing if file.size > _LARGE_BYTES]
        small = [file for file in missing if file.size <= _LARGE_BYTES]
        large.sort(key=lambda file: file.size, reverse=True)
        for_each(
            self._send_file,
            Lane(large, _LARGE_AT_ONCE),
            Lane(small, concurrency),
            stop=self._stop,
        )

    def manifest(self, asset: AssetFiles) -> Manifest:
        """Return the manifest of what was sent, now and before."""
        entries = (self._journal.get(file.path) for file in asset.files)
        return Manifest.of(entry for entry in entries if entry is not None)

    def _was_sent(self, file: AssetFile, there: dict[str, int]) -> bool:
        sent = self._journal.get(file.path)
        return (
            sent is not None
            and (sent.size, sent.mtime_ns) == (file.size, file.mtime_ns)
            and there.get(self._ctx.spec.prefix + file.path) == file.size
        )

    def _send_file(self, file: AssetFile) -> None:
        path = self._ctx.staging / file.path
        key = self._ctx.spec.prefix + file.path
        sent = self._store.put_file(key, path, progress=self._progress)
        now = path.stat()
        if (sent.size, now.st_size, now.st_mtime_ns) != (file.size, file.size, file.mtime_ns):
            raise SourceChanged(f"{path} changed during the upload.", path=str(path))
        self._journal.add(
            ManifestEntry(
                path=file.path, sha256=sent.sha256, size=file.size, mtime_ns=file.mtime_ns
            )
        )

    def _progress(self, amount: int) -> None:
        self._stop.check()
        self._ctx.progress.add(amount)


def _finish(ctx: TaskContext, store: ObjectStore, manifest: Manifest) -> str:
    """Put the manifest beside the data, take the marker away; return the manifest's SHA-256."""
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
