"""Large files in parts (S3's multipart upload), which a later attempt goes on with."""

import base64
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ..errors import SourceChanged, TransferError
from .parallel import Lane, Stopped, StopSign, for_each
from .part_notes import PartNotes, PartsUpload, SentPart, read_notes
from .s3_errors import translated
from .source import SourceReader

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import PartTypeDef

logger = logging.getLogger(__name__)

_MIB = 1 << 20
PART_BYTES = 16 * _MIB
"""Up to this size a file goes in one request; larger ones go in parts of at least this size."""
_MOST_PARTS = 10_000
"""Amazon S3 user guide, "Amazon S3 multipart upload limits"."""
_IN_FLIGHT_BYTES = 64 * _MIB
_UNFIT = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall"}
"""What a store says that can make no object of the parts."""
_NOT_FOUND = 404


def part_bytes(size: int) -> int:
    """Return the part size for a file of ``size`` bytes: whole MiB, at most 10,000 parts."""
    needed = -(-size // _MOST_PARTS)
    return max(PART_BYTES, -(-needed // _MIB) * _MIB)


class S3Parts:
    """The multipart uploads of one bucket."""

    def __init__(self, control: "S3Client", bucket: str, url: str) -> None:
        self._control = control
        self._bucket = bucket
        self._url = url

    def send(self, key: str, source: SourceReader, notes: Path | None) -> None:
        """Send a file in parts, each with its SHA-256; they become the object at the end.

        Parts that ``notes`` tell of, and that the store still has, are not sent again: their bytes
        are read again and compared. What breaks off stays in the store and in ``notes``; without
        ``notes``, or if the file changed, it is removed.
        """
        upload, kept = self._noted(key, source, notes) or (self._begun(key, source), {})
        try:
            with PartNotes(notes, upload, kept.values()) as book:
                parts = _Sending(self._put_part, upload, kept, book).send(source)
            self._complete(upload, parts)
        except BaseException as error:
            if notes is None or _is_spoilt(error):
                self._abort(upload.key, upload.upload_id)
                _forget(notes)
            raise
        _forget(notes)

    def abandon(self, prefix: str, *, only: str | None = None) -> None:
        """Remove, where the server lets us, the parts of uploads that broke off.

        Parameters
        ----------
        prefix
            What the uploads' keys begin with.
        only
            Of these, the one key that is meant; all by default.
        """
        pages = self._control.get_paginator("list_multipart_uploads")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                for upload in page.get("Uploads", ()):
                    if only in {None, upload["Key"]}:
                        self._abort(upload["Key"], upload["UploadId"])
        except self._control.exceptions.NoSuchUpload:
            return  # rclone says so where there are none
        except (ClientError, BotoCoreError) as error:
            logger.warning("Parts may be left below %r in %s: %s", prefix, self._url, error)

    def _noted(
        self, key: str, source: SourceReader, notes: Path | None
    ) -> tuple[PartsUpload, dict[int, SentPart]] | None:
        """Return the upload that may be gone on with, and which of its parts the store has."""
        noted = read_notes(notes) if notes is not None else None
        if noted is None:
            return None
        if not noted.upload.is_of(key, source.size, source.mtime_ns, part_bytes(source.size)):
            logger.info("%r is not the file any more that was sent in part", key)
            self._abort(noted.upload.key, noted.upload.upload_id)
            return None
        listed = self._listed(noted.upload)
        if listed is None:
            return None
        kept = {number: part for number, part in noted.parts.items() if number in listed}
        if not all(_is_as_sent(listed[n], part, noted.upload) for n, part in kept.items()):
            logger.warning("%s does not have the parts of %r as it took them", self._url, key)
            self._abort(noted.upload.key, noted.upload.upload_id)
            return None
        logger.info("%r: %d parts are there already", key, len(kept))
        return noted.upload, kept

    def _listed(self, upload: PartsUpload) -> "dict[int, PartTypeDef] | None":
        """Return the parts that the store has of an upload; None if it knows none, or tells none.

        Raises `StorageUnavailable` if another time may tell more.
        """
        pages = self._control.get_paginator("list_parts")
        found = pages.paginate(Bucket=self._bucket, Key=upload.key, UploadId=upload.upload_id)
        try:
            with translated(f"list the parts of {upload.key!r}", self._url):
                parts = [part for page in found for part in page.get("Parts", ())]
        except TransferError as error:
            if isinstance(error.__cause__, self._control.exceptions.NoSuchUpload):
                logger.info("%s has forgotten the parts of %r", self._url, upload.key)
            elif error.retryable:
                raise
            else:
                logger.warning("%r is sent from its start: %s", upload.key, error)
            return None
        return {part["PartNumber"]: part for part in parts}

    def _begun(self, key: str, source: SourceReader) -> PartsUpload:
        self.abandon(key, only=key)
        with translated(f"put {key!r}", self._url):
            begun = self._control.create_multipart_upload(
                Bucket=self._bucket, Key=key, ChecksumAlgorithm="SHA256"
            )
        return PartsUpload(
            key=key,
            size=source.size,
            mtime_ns=source.mtime_ns,
            part_bytes=part_bytes(source.size),
            upload_id=begun["UploadId"],
        )

    def _put_part(self, upload: PartsUpload, number: int, data: bytes, sha256: str) -> str:
        with translated(f"put part {number} of {upload.key!r}", self._url):
            return self._control.upload_part(
                Bucket=self._bucket,
                Key=upload.key,
                UploadId=upload.upload_id,
                PartNumber=number,
                Body=data,
                ChecksumSHA256=sha256,
            )["ETag"]

    def _complete(self, upload: PartsUpload, parts: Sequence[SentPart]) -> None:
        with translated(f"put {upload.key!r}", self._url):
            self._control.complete_multipart_upload(
                Bucket=self._bucket,
                Key=upload.key,
                UploadId=upload.upload_id,
                MultipartUpload={
                    "Parts": [
                        {"PartNumber": p.number, "ETag": p.etag, "ChecksumSHA256": p.sha256}
                        for p in parts
                    ]
                },
            )

    def _abort(self, key: str, upload_id: str) -> None:
        try:
            self._control.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and _status(error) == _NOT_FOUND:
                return
            logger.warning("Parts of %r may be left in %s: %s", key, self._url, error)


PutPart = Callable[[PartsUpload, int, bytes, str], str]
"""Sends one part, with its SHA-256 in base64; returns the store's ETag."""


class _Sending:
    """Sends what is missing of a file, from several threads; one at a time reads the next part.

    So there are never more parts in memory than there are threads.
    """

    def __init__(
        self,
        put_part: PutPart,
        upload: PartsUpload,
        kept: Mapping[int, SentPart],
        notes: PartNotes,
    ) -> None:
        self._put_part = put_part
        self._upload = upload
        self._kept = kept
        self._notes = notes
        self._reading = Lock()
        self._done: dict[int, SentPart] = {}

    def send(self, source: SourceReader) -> list[SentPart]:
        """Return all parts in order; raises `Stopped` if the reading was stopped."""
        size = self._upload.part_bytes
        count = -(-source.size // size)
        parts = enumerate(_blocks(source, size), start=1)
        threads = 1 + max(1, _IN_FLIGHT_BYTES // size)
        for_each(lambda _: self._send_next(parts), Lane(range(count), threads), stop=StopSign())
        next(parts, None)  # at its very end the reader looks whether the file changed
        if len(self._done) < count:
            raise Stopped
        return [self._done[number] for number in sorted(self._done)]

    def _send_next(self, parts: Iterator[tuple[int, bytes]]) -> None:
        with self._reading:
            number, data = next(parts, (0, b""))
        if not number:
            raise Stopped  # in another thread, which read
        sha256 = base64.b64encode(hashlib.sha256(data).digest()).decode()
        part = self._kept.get(number)
        if part is None:
            etag = self._put_part(self._upload, number, data, sha256)
            part = SentPart(number=number, etag=etag, sha256=sha256)
            self._notes.add(part)
        elif part.sha256 != sha256:
            raise SourceChanged(
                f"Part {number} of {self._upload.key!r} is read otherwise than by an earlier"
                " attempt, though the file's size and time are the same.",
                key=self._upload.key,
                part=number,
            )
        self._done[number] = part


def _blocks(source: SourceReader, size: int) -> Iterator[bytes]:
    """Yield the file's content in blocks of ``size`` bytes, the last one smaller."""
    pieces: list[bytes] = []
    missing = size
    for piece in source.pieces():
        pieces.append(piece[:missing])
        rest = piece[missing:]
        missing -= len(pieces[-1])
        if not missing:
            block = b"".join(pieces)
            pieces, missing = [rest], size - len(rest)
            yield block
    if any(pieces):
        yield b"".join(pieces)


def _is_spoilt(error: BaseException) -> bool:
    """Whether the parts that are there are of no use any more."""
    return isinstance(error, SourceChanged) or (
        isinstance(error, TransferError) and error.details.get("store_code") in _UNFIT
    )


def _is_as_sent(listed: "PartTypeDef", part: SentPart, upload: PartsUpload) -> bool:
    """Whether the store has a part as it took it: its size, ETag and, where it tells, SHA-256."""
    start = (part.number - 1) * upload.part_bytes
    return (
        listed.get("Size") == min(upload.part_bytes, upload.size - start)
        and listed.get("ETag", "").strip('"') == part.etag.strip('"')
        and listed.get("ChecksumSHA256", part.sha256) == part.sha256
    )


def _status(error: ClientError) -> int:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


def _forget(notes: Path | None) -> None:
    if notes is not None:
        notes.unlink(missing_ok=True)
