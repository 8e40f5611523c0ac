"""The same answer to a request that is sent again with the same key.

As the draft "The Idempotency-Key HTTP Header Field" (IETF httpapi) describes it. The answer is
kept in the transaction of the work itself, so there is never one without the other.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from ...db.database import Database
from ...db.models import RequestKey
from ...errors import TransferError
from ..request_keys import RequestKeys

KEPT_FOR = timedelta(hours=24)


class KeyReused(TransferError):
    """The key came with another request before."""

    code = "idempotency_key_reused"
    what_to_do_default = (
        "Send a new key with a new request; the same key only with the very same request."
    )


class AnsweredBefore(Exception):
    """The work was done meanwhile by another request with the key; ``answer`` is its answer."""

    def __init__(self, answer: str) -> None:
        super().__init__("The request was answered before.")
        self.answer = answer


class KeyedRequest:
    """One request with its key.

    Parameters
    ----------
    key
        What the client calls its request.
    content
        All that tells the request from others: its route and body.
    """

    def __init__(
        self,
        key: str,
        content: bytes,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._key = key
        self._hash = hashlib.sha256(content).hexdigest()
        self._now = now

    def known_answer(self, database: Database) -> str | None:
        """Return the answer if there was one in the last 24 hours. Raises `KeyReused`."""
        with database.read() as session:
            return self._find(session)

    def keep(self, session: Session, answer: str) -> None:
        """Keep the answer with the work of this transaction.

        Raises `AnsweredBefore` or `KeyReused` if somebody was quicker; the work is then not to be
        kept.
        """
        known = self._find(session)
        if known is not None:
            raise AnsweredBefore(known)
        now = self._now()
        row = RequestKey(key=self._key, request_hash=self._hash, answer=answer, created_at=now)
        RequestKeys(session).keep(row, since=now - KEPT_FOR)

    def _find(self, session: Session) -> str | None:
        row = RequestKeys(session).find(self._key, since=self._now() - KEPT_FOR)
        if row is None:
            return None
        if row.request_hash != self._hash:
            raise KeyReused(
                f"The key {self._key!r} was used for another request at"
                f" {row.created_at.isoformat(timespec='seconds')}.",
                key=self._key,
            )
        return row.answer
