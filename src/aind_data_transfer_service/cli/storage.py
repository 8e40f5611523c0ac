"""Opening stores with the settings of this machine."""

from ..ports.object_store import ObjectStore
from ..settings import S3Settings
from ..storage.open import open_store


def open_bucket(url: str, s3: S3Settings) -> ObjectStore:
    """Open ``s3://bucket`` or ``file:///folder``."""
    keys = None
    if s3.access_key_id and s3.secret_access_key:
        keys = {
            "access_key_id": s3.access_key_id.get_secret_value(),
            "secret_access_key": s3.secret_access_key.get_secret_value(),
        }
    return open_store(url, endpoint_url=s3.endpoint_url, region=s3.region, credentials=keys)
