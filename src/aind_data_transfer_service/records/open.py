"""Opens the document store that the settings describe."""

from ..errors import SettingsInvalid
from ..ports.record_store import RecordStore
from ..settings import DocumentStoreSettings
from .mongo import MongoRecordStore


def open_record_store(settings: DocumentStoreSettings) -> RecordStore:
    """Return the store; raises `SettingsInvalid` if there is none, or it cannot be set up so."""
    if settings.url is None:
        raise SettingsInvalid("document_store.url is not set, and records are to be written.")
    if settings.user is not None and settings.password is None:
        raise SettingsInvalid("document_store.user is set, and document_store.password is not.")
    return MongoRecordStore(
        url=settings.url,
        database=settings.database,
        collection=settings.collection,
        user=settings.user,
        password=settings.password.get_secret_value() if settings.password else None,
        ca_file=settings.ca_file,
        timeout_seconds=settings.timeout.total_seconds(),
    )
