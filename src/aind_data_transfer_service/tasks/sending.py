"""Sends files of a staged asset to the store: those that are not there yet, each noted."""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

from ..domain.manifest import ManifestEntry
from ..errors import SourceChanged
from ..ports.object_store import ObjectStore, Progress
from ..storage.marker import find_marker, put_marker
from ..storage.parallel import Lane, StopSign, for_each
from .asset_files import AssetFile
from .context import TaskContext
from .spec import TaskSpec
from .upload_journal import UploadJournal

logger = logging.getLogger(__name__)

PARTS_FOLDER = "parts"
"""Below the job's folder: how far large files are. Where it is not, nothing was sent."""
_LARGE_BYTES = 64 << 20
_LARGE_AT_ONCE = 2
"""Few, as each is sent in parts that are in flight at once."""


class Sender:
    """Sends what a journal does not tell of.

    Parameters
    ----------
    ctx
        The attempt.
    store
        Where to send to.
    journal
        What was sent; what is sent is added to it.
    progress
        Told the bytes read. It stops the sending by what it raises.
    stop
        Stops the sending.
    """

    def __init__(
        self,
        ctx: TaskContext,
        store: ObjectStore,
        journal: UploadJournal,
        *,
        progress: Progress,
        stop: StopSign,
    ) -> None:
        self._prefix = ctx.spec.prefix
        self._staging = ctx.staging
        self._parts = ctx.job_folder / PARTS_FOLDER
        self._store = store
        self._journal = journal
        self._progress = progress
        self._stop = stop

    def missing(self, files: Sequence[AssetFile], *, below: str = "") -> list[AssetFile]:
        """Return the files that were not sent, have changed since, or are not in the store.

        ``below`` is the folder of the asset, with its slash, that the files are in.
        """
        there = {found.key: found.size for found in self._store.list(self._prefix + below)}
        return [file for file in files if not self._was_sent(file, there)]

    def send(self, files: Sequence[AssetFile], concurrency: int) -> None:
        """Send files, small ones ``concurrency`` at once; the first error stops the rest."""
        self._parts.mkdir(exist_ok=True)
        large = [file for file in files if file.size > _LARGE_BYTES]
        small = [file for file in files if file.size <= _LARGE_BYTES]
        large.sort(key=lambda file: file.size, reverse=True)
        for_each(
            self._send_file,
            Lane(large, _LARGE_AT_ONCE),
            Lane(small, concurrency),
            stop=self._stop,
        )

    def _was_sent(self, file: AssetFile, there: dict[str, int]) -> bool:
        sent = self._journal.get(file.path)
        return (
            sent is not None
            and (sent.size, sent.mtime_ns) == (file.size, file.mtime_ns)
            and there.get(self._prefix + file.path) == file.size
        )

    def _send_file(self, file: AssetFile) -> None:
        path = self._staging / file.path
        sent = self._store.put_file(
            self._prefix + file.path,
            path,
            progress=self._count,
            notes=self._notes(file),
        )
        now = path.stat()
        if (sent.size, now.st_size, now.st_mtime_ns) != (file.size, file.size, file.mtime_ns):
            raise SourceChanged(f"{path} changed during the upload.", path=str(path))
        self._journal.add(
            ManifestEntry(
                path=file.path, sha256=sent.sha256, size=file.size, mtime_ns=file.mtime_ns
            )
        )

    def _notes(self, file: AssetFile) -> Path:
        name = hashlib.sha256(file.path.encode()).hexdigest()[:32]
        return self._parts / f"{name}.jsonl"

    def _count(self, amount: int) -> None:
        self._stop.check()
        self._progress(amount)


def mark_unfinished(store: ObjectStore, spec: TaskSpec) -> None:
    """Put the marker of an unfinished upload where this job's is not there."""
    marker = find_marker(store, spec.prefix)
    if marker is None or marker.job_id != spec.job_id:
        put_marker(store, spec.prefix, job_id=spec.job_id, service_version=spec.service_version)
