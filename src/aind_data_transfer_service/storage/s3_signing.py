"""Signatures of parts with the SHA-256 that is known already.

boto3 signs a body by hashing it. A part's SHA-256 is sent with it anyway, and hashing it once more
is half of what sending it costs (``benchmarks/upload.py``).
"""

import base64
from typing import TYPE_CHECKING, Any

from botocore.auth import AUTH_TYPE_MAPS, S3SigV4Auth

if TYPE_CHECKING:
    from botocore.awsrequest import AWSRequest
    from types_boto3_s3 import S3Client

_NAME = "s3v4-known-sha256"


class _KnownSha256(S3SigV4Auth):
    def payload(self, request: "AWSRequest") -> Any:
        known = request.headers.get("x-amz-checksum-sha256")
        return base64.b64decode(known).hex() if known else super().payload(request)


def sign_parts_by_their_checksum(client: "S3Client") -> None:
    """From now on, sign what `upload_part` sends by its ``ChecksumSHA256``."""
    AUTH_TYPE_MAPS[_NAME] = _KnownSha256
    client.meta.events.register("choose-signer.s3.UploadPart", _choose)


def _choose(**_event: object) -> Any:
    return _NAME
