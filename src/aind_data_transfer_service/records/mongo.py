"""A document store that speaks MongoDB's protocol: MongoDB itself, Amazon DocumentDB and others.

Only ``find``, ``insert`` and ``update`` with ``$set`` of whole fields are used, without retries of
the package, transactions or sessions, because not all of these servers have them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from bson.errors import BSONError
from pymongo import MongoClient
from pymongo.errors import (
    ConnectionFailure,
    DocumentTooLarge,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
)
from pymongo.uri_parser import split_options

from ..errors import SettingsInvalid, TransferError
from ..ports.record_store import (
    KeptRecord,
    Record,
    RecordRejected,
    RecordsRefused,
    RecordsUnavailable,
)
from .changes import ID, LINKS, LOCATION, MODIFIED, changes, new_record

T = TypeVar("T")

_TRIES = 3
_MESSAGE_LENGTH = 300
_REFUSED = frozenset({11, 13, 18, 8000})
"""User not found, unauthorized, authentication failed; the last in Atlas."""
_PASSING = frozenset({6, 7, 50, 63, 89, 91, 150, 189, 262, 9001, 11600, 11602, 16500, 50915})
"""Of network, time, shutting down, and too many requests (16500, of Cosmos DB)."""


class MongoRecordStore:
    """One collection. May be used from any thread.

    Parameters
    ----------
    url
        ``mongodb://host:port/?options``, without credentials.
    user, password
        Who the service is there; None: nobody is asked for.
    ca_file
        Certificates that prove the server's, over TLS; None: as the URL says.
    timeout_seconds
        Longest wait for a server, and for one answer.
    """

    def __init__(
        self,
        *,
        url: str,
        database: str,
        collection: str,
        user: str | None,
        password: str | None,
        ca_file: Path | None,
        timeout_seconds: float,
    ) -> None:
        milliseconds = int(timeout_seconds * 1000)
        options: dict[str, Any] = {
            "appname": "aind-data-transfer-service",
            "connect": False,
            "retryReads": False,
            "retryWrites": False,
            "serverSelectionTimeoutMS": milliseconds,
            "connectTimeoutMS": milliseconds,
            "socketTimeoutMS": milliseconds,
        }
        if user is not None:
            options |= {"username": user, "password": password}
        if ca_file is not None:
            options |= {"tls": True, "tlsCAFile": str(ca_file)}
        try:
            _check_options(url)
            self._client: MongoClient[dict[str, Any]] = MongoClient(url, **options)
            self._collection = self._client[database][collection]
        except (PyMongoError, OSError, ValueError) as problem:
            raise SettingsInvalid(f"document_store: {_short(problem)}") from problem
        servers = url.partition("://")[2].partition("/")[0]
        self.place = f"{servers}, {database}.{collection}"

    def check(self) -> None:
        """Read the id of any record."""
        self._ask(lambda: self._collection.find_one({}, {ID: 1}))

    def put(self, record: Record) -> KeptRecord:
        """Change the record of the location, or add it; see `RecordStore`."""
        for _ in range(_TRIES):
            kept = self._ask(lambda: self._put(record))
            if kept is not None:
                return kept
        raise RecordsUnavailable(
            f"The record of {record[LOCATION]} is being changed by others at {self.place}."
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _put(self, record: Record) -> KeptRecord | None:
        """Return what is kept; None if somebody else wrote meanwhile."""
        wanted = {ID: 1, LINKS: 1, MODIFIED: 1}
        known = self._collection.find_one({LOCATION: record[LOCATION]}, wanted)
        if known is None:
            try:
                added = self._collection.insert_one(new_record(record))
            except DuplicateKeyError:
                self._require_own_id(record)
                return None
            return KeptRecord(str(added.inserted_id), created=True)
        unchanged = {ID: known[ID], MODIFIED: known.get(MODIFIED)}
        done = self._collection.update_one(unchanged, {"$set": changes(known, record)})
        return KeptRecord(str(known[ID]), created=False) if done.matched_count else None

    def _require_own_id(self, record: Record) -> None:
        """Raise `RecordRejected` if the record's id is that of an asset elsewhere."""
        other = self._collection.find_one({ID: record[ID]}, {LOCATION: 1})
        if other is not None and other.get(LOCATION) != record[LOCATION]:
            raise RecordRejected(
                f"{self.place} has the id {record[ID]} for the asset at {other.get(LOCATION)}."
            )

    def _ask(self, question: Callable[[], T]) -> T:
        try:
            return question()
        except (DocumentTooLarge, BSONError, OverflowError) as problem:
            raise RecordRejected(
                f"The record cannot be kept at {self.place}: {_short(problem)}"
            ) from problem
        except ConnectionFailure as problem:
            raise RecordsUnavailable(
                f"The document store at {self.place} does not answer: {_short(problem)}"
            ) from problem
        except OperationFailure as problem:
            raise _refusal(problem, self.place) from problem
        except PyMongoError as problem:
            raise RecordsUnavailable(
                f"The document store at {self.place} failed: {_short(problem)}"
            ) from problem


def _check_options(url: str) -> None:
    """Raise what is wrong with the options: the client would only warn, and connect without TLS."""
    options = url.partition("?")[2]
    if options:
        split_options(options, warn=False)


def _refusal(problem: OperationFailure, place: str) -> TransferError:
    code = problem.code
    kind: type[TransferError] = RecordRejected
    if code in _REFUSED:
        kind = RecordsRefused
    elif code in _PASSING or problem.has_error_label("RetryableWriteError"):
        kind = RecordsUnavailable
    return kind(f"The document store at {place} answered {code}: {_short(problem)}", status=code)


def _short(problem: Exception) -> str:
    """Return the beginning of a message: the package appends all it knows of the servers."""
    said = " ".join(str(problem).split()) or type(problem).__name__
    for end in (", full error:", ", Timeout:", " (configured timeouts:"):
        said = said.partition(end)[0]
    return f"{said[:_MESSAGE_LENGTH].rstrip('.')}."
