"""Where the records of assets are kept for searching: a document store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import InvalidInput, NotAllowed, Unavailable

Record = Mapping[str, Any]
"""What ``metadata.nd.json`` holds."""


class RecordsUnavailable(Unavailable):
    """The document store does not answer, or answers with a passing fault."""

    code = "records_unavailable"


class RecordsRefused(NotAllowed):
    """The document store does not take the credentials, or they may not do this."""

    code = "records_refused"
    what_to_do_default = (
        "An administrator looks at document_store.user and password, and the user's rights (find,"
        " insert and update in the collection); then retry the job."
    )


class RecordRejected(InvalidInput):
    """The document store cannot keep this record as it is."""

    code = "record_rejected"
    what_to_do_default = (
        "Correct the metadata file that the message speaks of, and submit again with"
        " force_cloud_sync; or an administrator looks at the document store."
    )


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record as the store has it now."""

    id: str
    created: bool
    """Whether there was none of that asset before."""


class RecordStore(Protocol):
    """A document store with one record for each place where an asset is.

    All methods block. All raise `RecordsUnavailable` and `RecordsRefused`.
    """

    @property
    def place(self) -> str:
        """Servers, database and collection, for people; never a secret."""
        ...

    def check(self) -> None:
        """Read something small, to see whether the credentials are taken."""
        ...

    def put(self, record: Record) -> KeptRecord:
        """Keep the record of the asset at ``record["location"]``; raises `RecordRejected`.

        A record of that location which is there already is changed. It keeps its ``_id``, when it
        was ``created``, its ``external_links`` beside the new ones, and what the new record does
        not say (null). Putting the same record again, after whatever fault, makes no second one.
        """
        ...

    def close(self) -> None:
        """Leave the servers; nothing may be asked after."""
        ...
