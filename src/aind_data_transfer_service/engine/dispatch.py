"""Sends the notices that wait in the outbox."""

import logging
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from pydantic import TypeAdapter

from ..db.database import Database
from ..db.models import OutboxNotice
from ..errors import Defect, TransferError
from ..notify.messages import Event, NoticeFacts, compose
from ..ports.mailer import Mailer, MailServerUnavailable
from .repositories import Outbox

logger = logging.getLogger(__name__)

_FACTS = TypeAdapter(NoticeFacts)
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_CLAIM = timedelta(minutes=2)
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_GIVE_UP_AFTER = timedelta(days=3)


class Dispatcher:
    """Hands due notices to the mailer. A mail server that is away delays mail, never jobs."""

    def __init__(self, database: Database, mailer: Mailer | None, *, sender: str) -> None:
        self._database = database
        self._mailer = mailer
        self._sender = sender

    def send_due(self) -> int:
        """Send what is due; returns how many were sent. Raises `DatabaseUnavailable`."""
        if self._mailer is None:
            return 0
        sent = 0
        for notice_id, event, recipient, facts, key in self._claim():
            sent += self._send(notice_id, event, recipient, facts, key)
        return sent

    def _claim(self) -> list[tuple[int, str, str, dict[str, Any], str]]:
        """Keep due notices from other workers for a while, and return them."""
        now = datetime.now(UTC)
        with self._database.read() as session:
            if not Outbox(session).any_due(now):
                return []
        with self._database.write() as session:
            claimed = []
            for notice in Outbox(session).due(now):
                notice.next_try_at = now + _CLAIM
                notice.tries += 1
                claimed.append(
                    (notice.id, notice.event, notice.recipient, notice.facts, notice.key)
                )
            return claimed

    def _send(
        self, notice_id: int, event: str, recipient: str, facts: dict[str, Any], key: str
    ) -> bool:
        problem: TransferError | None = None
        try:
            if self._mailer is not None:
                self._mailer.send(self._message(event, recipient, facts, key))
        except TransferError as refused:
            problem = refused
            logger.warning("Notice %s was not sent: %s", key, refused)
        except Exception as unexpected:  # one notice gone wrong must not hold up the others
            problem = Defect(f"{type(unexpected).__name__}: {unexpected}")
            logger.exception("Notice %s cannot be sent", key)
        with self._database.write() as session:
            _note(Outbox(session).get(notice_id), problem)
        return problem is None

    def _message(self, event: str, recipient: str, facts: dict[str, Any], key: str) -> EmailMessage:
        return compose(
            _EVENT.validate_python(event),
            _FACTS.validate_python({**facts, "key": key, "user_email": recipient}),
            self._sender,
        )


def _note(notice: OutboxNotice, problem: TransferError | None) -> None:
    now = datetime.now(UTC)
    if problem is None:
        notice.sent_at = now
        notice.last_error = None
        return
    notice.last_error = str(problem)
    patient = isinstance(problem, MailServerUnavailable)
    if not patient or now - notice.created_at > _GIVE_UP_AFTER:
        notice.given_up_at = now
    notice.next_try_at = now + min(_FIRST_WAIT * 2 ** min(notice.tries, 10), _LONGEST_WAIT)
