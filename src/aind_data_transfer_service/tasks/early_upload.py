"""Sends what an element has finished while it goes on, in a thread of its own.

Nothing hangs on it: whatever it has not sent, for whatever reason, `upload_data_to_s3` sends.
"""

import logging
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

from ..domain.pipeline import TaskId
from ..errors import TransferError
from ..storage.parallel import GRACE_SECONDS, StopSign
from .asset_files import scan_asset
from .context import TaskContext
from .sending import Sender, mark_unfinished
from .spec import TaskSpec
from .transfer_settings import TransferSettings
from .upload_journal import element_journal

logger = logging.getLogger(__name__)

_EARLY = "upload_finished_stacks"


def sends_early(spec: TaskSpec) -> bool:
    """Whether a program is to send what it has finished before all is: it needs the store's keys.

    A script does not, whatever its settings; nor where the upload is left out.
    """
    return (
        spec.task_id is TaskId.COMPRESS_DATA
        and spec.settings.get(_EARLY) is True
        and spec.required_modality.compress
        and spec.task.script is None
        and spec.plan.task(TaskId.UPLOAD_DATA_TO_S3).skip_reason is None
    )


class EarlyUpload:
    """Folders of the asset that go up one after the other, if the element is to send any.

    At the end of the block, what is in flight is sent to its end, and no more: the element would
    hold its processors for nothing.
    """

    def __init__(self, ctx: TaskContext) -> None:
        self._ctx = ctx
        self._wanted = sends_early(ctx.spec)
        self._finished: SimpleQueue[Path | None] = SimpleQueue()
        self._stop = StopSign()
        self._thread = Thread(target=self._run, name="early upload", daemon=True)
        self._sent = 0

    def __enter__(self) -> Self:
        if self._wanted:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.put_up()
        self._finished.put(None)
        if self._wanted and error is None:
            self._thread.join(GRACE_SECONDS)

    def add(self, folder: Path) -> None:
        """Have a folder sent that does not change any more."""
        self._finished.put(folder)

    @property
    def outputs(self) -> dict[str, int]:
        """What is worth showing."""
        return {"folders_sent": self._sent} if self._wanted else {}

    def _run(self) -> None:
        try:
            store = self._ctx.store()
        except TransferError as error:
            logger.warning("All is left to upload_data_to_s3: %s", error)
            return
        with element_journal(self._ctx.job_folder, self._ctx.spec.map_index) as journal:
            sender = Sender(
                self._ctx, store, journal, progress=lambda _amount: None, stop=self._stop
            )
            for folder in iter(self._finished.get, None):
                if self._stop.is_up:
                    return
                try:
                    mark_unfinished(store, self._ctx.spec)
                    self._send(sender, folder)
                except (TransferError, OSError) as error:
                    logger.warning("%s is left to upload_data_to_s3: %s", folder.name, error)

    def _send(self, sender: Sender, folder: Path) -> None:
        spec = self._ctx.spec
        below = f"{folder.relative_to(self._ctx.staging)}/"
        files = scan_asset(
            self._ctx.staging, prefix=spec.prefix, link_roots=spec.source_roots, below=below
        ).files
        missing = sender.missing(files, below=below)
        upload = spec.plan.task(TaskId.UPLOAD_DATA_TO_S3)
        sender.send(missing, TransferSettings.of(upload.settings).concurrency)
        if not self._stop.is_up:
            self._sent += 1
            logger.info("%s is sent: %d files, %d before", below, len(missing), len(files))
