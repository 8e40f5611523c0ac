"""An S3 bucket, at Amazon or at any server that speaks its protocol."""

import base64
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from botocore.exceptions import BotoCoreError, ClientError

from ..ports.object_store import Progress, SentFile, StoredObject
from .keys import check_key
from .s3_clients import S3Clients
from .s3_errors import translated
from .source import SourceReader, reading

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import HeadObjectOutputTypeDef

logger = logging.getLogger(__name__)

_MIB = 1 << 20
_PART_BYTES = 16 * _MIB
"""Up to this size a file goes in one request; larger ones go in parts of at least this size."""
_MOST_PARTS = 10_000
"""Amazon S3 user guide, "Amazon S3 multipart upload limits"."""
_PARTS_IN_MEMORY_BYTES = 64 * _MIB
_READ_BYTES = 4 * _MIB


def part_bytes(size: int) -> int:
    """Return the part size for a file of ``size`` bytes: whole MiB, at most 10,000 parts."""
    needed = -(-size // _MOST_PARTS)
    return max(_PART_BYTES, -(-needed // _MIB) * _MIB)


class S3ObjectStore:
    """Objects in an S3 bucket."""

    def __init__(
        self,
        bucket: str,
        *,
        endpoint_url: str | None = None,
        region: str | None = None,
        credentials: Mapping[str, str] | None = None,
    ) -> None:
        self._bucket = bucket
        with translated("open the bucket", self.url):
            self._clients = S3Clients(
                bucket, endpoint_url=endpoint_url, region=region, credentials=credentials
            )

    @property
    def url(self) -> str:
        """``s3://bucket``."""
        return f"s3://{self._bucket}"

    def head(self, key: str) -> StoredObject | None:
        """Describe one object; None if there is none."""
        check_key(key)
        control = self._clients.control
        with translated(f"look at {key!r}", self.url):
            try:
                found = control.head_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED")
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:  # noqa: PLR2004
                    raise
                # HEAD has no body to say which of the two is missing.
                control.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
                return None
        return StoredObject(
            key=key,
            size=found["ContentLength"],
            modified=found["LastModified"].astimezone(UTC),
            sha256=_whole_sha256(found),
        )

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield every object whose key starts with ``prefix``."""
        pages = self._clients.control.get_paginator("list_objects_v2")
        with translated(f"list {prefix!r}", self.url):
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                for found in page.get("Contents", ()):
                    modified = found["LastModified"].astimezone(UTC)
                    yield StoredObject(key=found["Key"], size=found["Size"], modified=modified)

    def put_file(self, key: str, path: Path, *, progress: Progress) -> SentFile:
        """Send a file's content, reading it once."""
        check_key(key)
        with reading(path, progress) as source:
            if source.size <= _PART_BYTES:
                self.put_bytes(key, b"".join(source.pieces()))
            else:
                self._put_parts(key, source)
            return source.sent()

    def put_bytes(self, key: str, data: bytes) -> None:
        """Store a small object; the server checks its SHA-256."""
        check_key(key)
        with translated(f"put {key!r}", self.url):
            obstore.put(self._clients.sender, key, data, use_multipart=False)

    def read(self, key: str) -> Iterator[bytes]:
        """Yield the object's content in pieces; raises `ObjectMissing`."""
        check_key(key)
        with translated(f"read {key!r}", self.url):
            result = obstore.get(self._clients.reader, key)
            for piece in result.stream(min_chunk_size=_READ_BYTES):
                yield bytes(piece)

    def delete(self, key: str) -> None:
        """Remove one object; no error if there is none."""
        check_key(key)
        with translated(f"delete {key!r}", self.url):
            self._clients.control.delete_object(Bucket=self._bucket, Key=key)

    def _put_parts(self, key: str, source: SourceReader) -> None:
        """Send a large file in parts, each with its SHA-256; they become the object at the end."""
        part = part_bytes(source.size)
        with translated(f"put {key!r}", self.url):
            self._abort_parts(key)
            try:
                obstore.put(
                    self._clients.sender,
                    key,
                    source.pieces(),
                    use_multipart=True,
                    chunk_size=part,
                    max_concurrency=max(1, _PARTS_IN_MEMORY_BYTES // part),
                )
            except BaseException:
                self._abort_parts(key)
                raise

    def _abort_parts(self, key: str) -> None:
        """Remove, where the server lets us, the parts of uploads of this key that broke off."""
        control = self._clients.control
        pages = control.get_paginator("list_multipart_uploads")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=key):
                for upload in page.get("Uploads", ()):
                    if upload["Key"] == key:
                        control.abort_multipart_upload(
                            Bucket=self._bucket, Key=key, UploadId=upload["UploadId"]
                        )
        except control.exceptions.NoSuchUpload:
            return  # gone meanwhile; rclone says so also where there are none at all
        except (ClientError, BotoCoreError) as error:
            logger.warning("Parts of %r may be left in %s: %s", key, self.url, error)


def _whole_sha256(found: "HeadObjectOutputTypeDef") -> str | None:
    """Return the SHA-256 of the whole object if the server gives one.

    S3 does so only for objects sent in one request. For the others, whose ETag has a "-", it
    is one of the parts' checksums (Amazon S3 user guide, "Checking object integrity").
    """
    checksum = found.get("ChecksumSHA256", "")
    if not checksum or "-" in found["ETag"] + checksum:
        return None
    return base64.b64decode(checksum).hex()
