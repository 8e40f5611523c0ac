"""Where assets are kept: an S3 bucket, or a folder that stands for one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ..errors import InvalidInput, NotAllowed, NotFound, StorageFull, TransferError, Unavailable

Progress = Callable[[int], None]
"""Called with the number of bytes sent since the last call."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as the store describes it."""

    key: str
    size: int
    modified: datetime
    sha256: str | None = None
    """Hex digest of the whole object where the store itself computed or checked it."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """What was read from a file, and sent, in one reading."""

    size: int
    sha256: str


class StorageUnavailable(Unavailable):
    """The store does not answer, answers with a passing fault, or broke off."""

    code = "storage_unavailable"


class StorageRefused(NotAllowed):
    """The store refuses the credentials or the action."""

    code = "storage_refused"
    what_to_do_default = (
        "Check the bucket's name, its policy and the service's credentials"
        " (`aind-data-transfer doctor`), then retry the job."
    )


class BucketMissing(NotFound):
    """The bucket, or the folder that stands for one, does not exist."""

    code = "bucket_missing"
    what_to_do_default = "Create the bucket or correct the settings, then retry the job."


class ObjectMissing(NotFound):
    """There is no object with this key."""

    code = "object_missing"


class ChecksumRefused(TransferError):
    """The store received other bytes than were sent."""

    code = "checksum_refused"
    what_to_do_default = "It is tried again by itself; if it lasts, suspect the network or memory."
    retryable = True


class SourceUnreadable(InvalidInput):
    """A file to be sent cannot be opened or read."""

    code = "source_unreadable"
    what_to_do_default = "Make the file readable for the service, then retry the job."


class KeyRefused(InvalidInput):
    """An object cannot have this key."""

    code = "key_refused"
    what_to_do_default = "Rename the file or folder, then submit again."


class StoreFull(StorageFull):
    """The store has no space left."""

    code = "storage_full"


class ObjectStore(Protocol):
    """A bucket. Keys are plain text with ``/`` between folders, never encoded.

    All methods block, may be called from many threads, and raise only the errors of this module.
    """

    @property
    def url(self) -> str:
        """``s3://bucket`` or ``file:///folder``."""
        ...

    def head(self, key: str) -> StoredObject | None:
        """Describe one object; None if there is none."""
        ...

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield every object whose key starts with ``prefix`` (give it its ``/``), any order."""
        ...

    def put_file(
        self, key: str, path: Path, *, progress: Progress, notes: Path | None = None
    ) -> SentFile:
        """Send a file's content, reading it once; replaces what is there.

        The object appears whole or not at all. Raises `SourceChanged` (and leaves no object) if
        the file changed meanwhile.

        ``notes`` is a file, this one file's own, for the store to note how far it is. If sending
        breaks off, what the store has of the file is kept, and the next call with these notes
        sends only the rest, if the file is the same: it is read, and counted as progress, from its
        start, so that what is returned is of all its bytes. Without notes nothing is kept.
        """
        ...

    def put_bytes(self, key: str, data: bytes) -> None:
        """Store a small object; replaces what is there."""
        ...

    def read(self, key: str) -> Iterator[bytes]:
        """Yield the object's content in pieces; raises `ObjectMissing`."""
        ...

    def delete(self, key: str) -> None:
        """Remove one object; no error if there is none."""
        ...

    def abandon(self, prefix: str) -> None:
        """Remove what is kept below ``prefix`` of files that were not sent to their end.

        Does what the store allows; what may be left is logged.
        """
        ...
