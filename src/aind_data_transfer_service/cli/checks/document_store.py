"""The document store: whether it answers, and takes the credentials."""

from collections.abc import Iterator
from contextlib import closing

from ...errors import TransferError
from ...ports.record_store import RecordsUnavailable
from ...records.open import open_record_store
from ...settings import Settings
from .finding import Finding, fail, failed_by, ok

_NAME = "document store"


def check_document_store(settings: Settings) -> Iterator[Finding]:
    """Read something small; nothing is changed."""
    if settings.document_store.url is None:
        yield ok(_NAME, "Is not set up: records of assets are written into the assets only")
        return
    try:
        with closing(open_record_store(settings.document_store)) as records:
            records.check()
    except RecordsUnavailable as problem:
        mend = (
            "Look at document_store.url and ca_file, and whether this machine reaches the server."
        )
        yield fail(_NAME, problem.message, mend)
        return
    except TransferError as problem:
        yield failed_by(_NAME, problem)
        return
    yield ok(_NAME, f"{records.place} answers and may be read")
