"""An S3 bucket, at Amazon or at any server that speaks its protocol."""

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from botocore.exceptions import ClientError

from ..ports.object_store import Progress, SentFile, StoredObject
from .keys import check_key
from .s3_clients import S3Clients
from .s3_errors import translated
from .s3_parts import PART_BYTES, S3Parts
from .source import reading

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import HeadObjectOutputTypeDef

_READ_BYTES = 4 << 20


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
        self._parts = S3Parts(self._clients.control, bucket, self.url)

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

    def put_file(
        self, key: str, path: Path, *, progress: Progress, notes: Path | None = None
    ) -> SentFile:
        """Send a file's content, reading it once."""
        check_key(key)
        with reading(path, progress) as source:
            if source.size <= PART_BYTES:
                self.put_bytes(key, b"".join(source.pieces()))
            else:
                self._parts.send(key, source, notes)
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

    def abandon(self, prefix: str) -> None:
        """Remove the parts of uploads that did not come to their end."""
        self._parts.abandon(prefix)


def _whole_sha256(found: "HeadObjectOutputTypeDef") -> str | None:
    """Return the SHA-256 of the whole object if the server gives one.

    S3 does so only for objects sent in one request. For the others, whose ETag has a "-", it
    is one of the parts' checksums (Amazon S3 user guide, "Checking object integrity").
    """
    checksum = found.get("ChecksumSHA256", "")
    if not checksum or "-" in found["ETag"] + checksum:
        return None
    return base64.b64decode(checksum).hex()
