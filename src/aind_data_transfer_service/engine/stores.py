"""The stores that jobs' assets go to, as the service itself sees them."""

import logging

from ..errors import TransferError
from ..ports.object_store import ObjectStore
from ..settings import S3Settings, Settings
from ..storage.open import open_store
from ..tasks.sending import PARTS_FOLDER

logger = logging.getLogger(__name__)


def open_asset_store(url: str, s3: S3Settings) -> ObjectStore:
    """Open the store with the keys of the settings."""
    keys = None
    if s3.access_key_id is not None and s3.secret_access_key is not None:
        keys = {
            "access_key_id": s3.access_key_id.get_secret_value(),
            "secret_access_key": s3.secret_access_key.get_secret_value(),
        }
    return open_store(url, endpoint_url=s3.endpoint_url, region=s3.region, credentials=keys)


def abandon_upload(settings: Settings, *, job_id: str, storage_url: str, asset_name: str) -> None:
    """Remove the parts of large files that a job that is cancelled had begun to send.

    Nothing hangs on it: a store that does not answer is logged.
    """
    if not (settings.work_root / job_id / PARTS_FOLDER).exists():
        return
    try:
        open_asset_store(storage_url, settings.s3).abandon(f"{asset_name}/")
    except TransferError as error:
        logger.warning("Parts may be left of %s: %s", asset_name, error)
