"""What an S3 server or the way to it can say, in our own errors.

Codes: Amazon S3 API reference, "Error responses"; Swift's, Ceph's and MinIO's additions.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from obstore.exceptions import BaseError

from ..errors import TransferError
from ..ports.object_store import (
    BucketMissing,
    ChecksumRefused,
    ObjectMissing,
    StorageRefused,
    StorageUnavailable,
    StoreFull,
)

_CODE = re.compile(r"<Code>([^<]+)</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
_MESSAGE = re.compile(r"<Message>([^<]+)</Message>")
_WRONG_REGION = "redirect without LOCATION"
"""obstore's words for a bare 301."""
_LONGEST_TEXT = 300

_CHECKSUM = {"BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"}
_FULL = {
    "InsufficientStorage",
    "QuotaExceeded",
    "XMinioStorageFull",
    "XMinioAdminBucketQuotaExceeded",
}
_PASSING = {"RequestTimeout", "SlowDown", "TooManyRequests", "NoSuchUpload", "OperationAborted"}
_INSUFFICIENT_STORAGE = 507
_NOT_FOUND = 404
_TOO_MANY = 429
_FIRST_SERVER_ERROR = 500


@contextmanager
def translated(action: str, url: str) -> Iterator[None]:
    """Turn the errors of boto3 and obstore into those of the port.

    ``action`` says what was attempted: "put a/b".
    """
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        code, words = said.get("Code"), said.get("Message")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        raise _error(action, url, code=code, status=status, text=f"{code}: {words}") from error
    except NoCredentialsError as error:
        raise StorageRefused(f"Cannot {action} in {url}: there are no credentials.") from error
    except BotoCoreError as error:
        raise StorageUnavailable(f"Cannot {action} in {url}: {error}") from error
    except (BaseError, OSError) as error:
        # obstore raises built-in errors for "not found" and "permission denied"
        text = str(error).partition("\n\nDebug source")[0]
        http_status = "301" if _WRONG_REGION in text else _first(_STATUS, text)
        raise _error(
            action,
            url,
            code=_first(_CODE, text),
            status=int(http_status) if http_status else None,
            text=_readable(text),
        ) from error


def _error(
    action: str, url: str, *, code: str | None, status: int | None, text: str
) -> TransferError:
    message = f"Cannot {action} in {url}: {text[:_LONGEST_TEXT]}"
    return _kind(code, status)(message, store_code=code, status=status)


def _kind(code: str | None, status: int | None) -> type[TransferError]:
    if code in _CHECKSUM:
        return ChecksumRefused
    if code in _FULL or status == _INSUFFICIENT_STORAGE:
        return StoreFull
    if code == "NoSuchBucket":
        return BucketMissing
    if code in _PASSING or status is None or status == _TOO_MANY or status >= _FIRST_SERVER_ERROR:
        return StorageUnavailable
    return ObjectMissing if status == _NOT_FOUND else StorageRefused


def _readable(text: str) -> str:
    """Return the server's own words where there are some, else obstore's."""
    code, message = _first(_CODE, text), _first(_MESSAGE, text)
    return f"{code}: {message or ''}" if code else " ".join(text.split())


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[1] if found else None
