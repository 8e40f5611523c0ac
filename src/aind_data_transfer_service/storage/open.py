"""From a storage URL to the store behind it."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..errors import SettingsInvalid
from ..ports.object_store import ObjectStore


class StorageUrlInvalid(SettingsInvalid):
    """A storage URL is not of a form that is known."""

    code = "storage_url_invalid"
    what_to_do_default = "Write s3://bucket, or file:///folder with an absolute path."


def open_store(
    url: str,
    *,
    endpoint_url: str | None = None,
    region: str | None = None,
    credentials: Mapping[str, str] | None = None,
) -> ObjectStore:
    """Open the store that ``s3://bucket`` or ``file:///folder`` names; nothing is asked of it yet.

    Parameters
    ----------
    url
        Where the objects are.
    endpoint_url
        An S3 server other than Amazon's.
    region
        Region of the bucket; by default what boto3 finds.
    credentials
        ``access_key_id``, ``secret_access_key`` and, for temporary ones, ``session_token``;
        by default those that boto3 finds.
    """
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise StorageUrlInvalid(f"The storage URL {url!r} has a '?' or '#' part.")
    if parts.scheme == "file":
        return _open_folder(url, parts.netloc, parts.path)
    if parts.scheme == "s3":
        if not parts.netloc or parts.path.strip("/"):
            raise StorageUrlInvalid(f"The storage URL {url!r} names no bucket, or more than one.")
        # boto3 and obstore are slow to import and not needed for a folder.
        from .s3 import S3ObjectStore

        return S3ObjectStore(
            parts.netloc, endpoint_url=endpoint_url, region=region, credentials=credentials
        )
    raise StorageUrlInvalid(f"The storage URL {url!r} begins with neither s3:// nor file:///.")


def _open_folder(url: str, host: str, path: str) -> ObjectStore:
    from .local import LocalObjectStore

    if host or not path.startswith("/"):
        raise StorageUrlInvalid(f"The storage URL {url!r} is not file:/// and an absolute path.")
    return LocalObjectStore(Path(unquote(path)))
