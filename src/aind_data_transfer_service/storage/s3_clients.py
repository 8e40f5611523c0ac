"""The two clients of one bucket: boto3 for control calls and parts, obstore for the rest.

obstore sends small objects with about a quarter of the CPU that boto3 needs
(``benchmarks/upload.py``), but cannot go on with an upload that broke off. Both retry passing
faults a few times within themselves and give up after a bounded time.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.store import S3Store

from ..ports.object_store import StorageRefused
from .s3_signing import sign_parts_by_their_checksum

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config
    from types_boto3_s3 import S3Client

_CONNECT_SECONDS = 10
_SILENCE_SECONDS = 60
_REQUEST_SECONDS = 300
_ATTEMPTS = 4
_POOL = 32

_RETRY: "RetryConfig" = {
    "max_retries": _ATTEMPTS - 1,
    "retry_timeout": timedelta(seconds=60),
    "backoff": {
        "init_backoff": timedelta(milliseconds=200),
        "max_backoff": timedelta(seconds=5),
        "base": 2,
    },
}


class S3Clients:
    """The clients of one bucket; all may be used from many threads."""

    def __init__(
        self,
        bucket: str,
        *,
        endpoint_url: str | None,
        region: str | None,
        credentials: Mapping[str, str] | None,
    ) -> None:
        session = _session(region, credentials)
        self.control: S3Client = session.client("s3", endpoint_url=endpoint_url, config=_CONFIG)
        sign_parts_by_their_checksum(self.control)
        config: S3Config = {
            "checksum_algorithm": "SHA256",
            "region": self.control.meta.region_name,
            "virtual_hosted_style_request": False,
        }
        if endpoint_url is not None:
            config["endpoint"] = endpoint_url
        try:
            provider = Boto3CredentialProvider(session)
        except ValueError as error:
            message = f"There are no credentials for s3://{bucket}."
            raise StorageRefused(message) from error
        http = urlsplit(endpoint_url or "").scheme == "http"
        self.sender = S3Store(
            bucket,
            config=config,
            client_options=_client_options(http, timeout=_REQUEST_SECONDS),
            retry_config=_RETRY,
            credential_provider=provider,
        )
        # A large object takes any time to read as long as something comes.
        self.reader = S3Store(
            bucket,
            config=config,
            client_options=_client_options(http, timeout=7 * 24 * 3600),
            retry_config=_RETRY,
            credential_provider=provider,
        )


_CONFIG = Config(
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_SILENCE_SECONDS,
    retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    max_pool_connections=_POOL,
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    s3={"addressing_style": "path"},
)


def _session(region: str | None, credentials: Mapping[str, str] | None) -> boto3.Session:
    if credentials is None:
        return boto3.Session(region_name=region)
    return boto3.Session(
        region_name=region,
        aws_access_key_id=credentials["access_key_id"],
        aws_secret_access_key=credentials["secret_access_key"],
        aws_session_token=credentials.get("session_token"),
    )


def _client_options(http: bool, *, timeout: float) -> "ClientConfig":
    return {
        "allow_http": http,
        "connect_timeout": timedelta(seconds=_CONNECT_SECONDS),
        "read_timeout": timedelta(seconds=_SILENCE_SECONDS),
        "timeout": timedelta(seconds=timeout),
        "pool_max_idle_per_host": str(_POOL),
    }
