"""A fresh bucket on a real or a simulated S3 server."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class S3Bucket:
    """Where a bucket is and how to reach it."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str
    name: str

    @classmethod
    def at(cls, url: str) -> Self:
        """Make a new bucket at ``http://key:secret@host:port`` (key and secret URL-quoted)."""
        parts = urlsplit(url)
        bucket = cls(
            endpoint_url=f"{parts.scheme}://{parts.hostname}:{parts.port}",
            access_key_id=unquote(parts.username or "testing"),
            secret_access_key=unquote(parts.password or "testing"),
            name=f"bucket-{secrets.token_hex(6)}",
        )
        client = bucket.client()
        client.create_bucket(Bucket=bucket.name)
        client.close()
        return bucket

    @property
    def url(self) -> str:
        """``s3://bucket``."""
        return f"s3://{self.name}"

    @property
    def credentials(self) -> dict[str, str]:
        """As `aind_data_transfer_service.storage.open.open_store` takes them."""
        return {
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
        }

    def client(self) -> "S3Client":
        """Return a boto3 client, to look at the bucket from outside."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            config=Config(
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path"},
            ),
        )


@contextmanager
def moto_server() -> Iterator[str]:
    """Run moto's S3 server on a free port; gives its URL."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()
