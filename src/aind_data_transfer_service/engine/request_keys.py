"""Every query of the idempotency keys."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ..db.models import RequestKey


class RequestKeys:
    """Keys that clients gave their requests, with the answers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, key: str, *, since: datetime) -> RequestKey | None:
        """Return a key that was used at ``since`` or later."""
        row = self._session.get(RequestKey, key)
        return row if row is not None and row.created_at >= since else None

    def keep(self, row: RequestKey, *, since: datetime) -> None:
        """Keep a key that is not there, and forget those from before ``since``."""
        self._session.execute(delete(RequestKey).where(RequestKey.created_at < since))
        self._session.add(row)
        self._session.flush()
