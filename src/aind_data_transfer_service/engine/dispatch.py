"""Sends the notices that wait in the outbox."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from pydantic import TypeAdapter, ValidationError

from ..db.database import Database
from ..db.models import OutboxNotice
from ..errors import Defect, TransferError, Unavailable
from ..notify.couriers import DIGEST_FROM, Couriers, Notice, may_join
from ..notify.messages import Event, NoticeFacts
from .repositories import Outbox

logger = logging.getLogger(__name__)

_FACTS = TypeAdapter(NoticeFacts)
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_CLAIM = timedelta(minutes=5)
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=1)
_GIVE_UP_AFTER = timedelta(days=3)
_AT_ONCE = 8
"""Receivers called at a time: one that hangs does not hold up the others."""


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A notice that no other worker sends now."""

    id: int
    submission_id: str
    notice: Notice


class Dispatcher:
    """Hands due notices to the couriers. A receiver that is away delays notices, never jobs."""

    def __init__(self, database: Database, couriers: Couriers) -> None:
        self._database = database
        self._couriers = couriers

    def send_due(self) -> int:
        """Send what is due; returns how many were sent. Raises `DatabaseUnavailable`."""
        parcels = list(_parcels(self._claim()))
        if not parcels:
            return 0
        with ThreadPoolExecutor(min(_AT_ONCE, len(parcels)), "notices") as pool:
            return sum(pool.map(self._send, parcels))

    def _claim(self) -> list[_Claimed]:
        """Keep due notices from other workers for a while, and return them."""
        now = datetime.now(UTC)
        mail = self._couriers.has_mailer
        with self._database.read() as session:
            if not Outbox(session).any_due(now, mail=mail):
                return []
        with self._database.write() as session:
            claimed = []
            for row, submission_id in Outbox(session).due(now, mail=mail):
                row.next_try_at = now + _CLAIM
                row.tries += 1
                try:
                    claimed.append(_Claimed(row.id, submission_id, _notice(row)))
                except ValidationError as problem:  # as an older release may have written it
                    logger.exception("Notice %s cannot be read", row.key)
                    _note(row, Defect(f"The notice cannot be read: {problem}"))
            return claimed

    def _send(self, parcel: list[_Claimed]) -> int:
        """Send one parcel; returns how many notices that were."""
        key = parcel[0].notice.facts.key
        problem: TransferError | None = None
        try:
            self._couriers.deliver([claimed.notice for claimed in parcel])
        except TransferError as refused:
            problem = refused
            logger.warning("Notice %s was not sent: %s", key, refused)
        except Exception as unexpected:  # one notice gone wrong must not hold up the others
            problem = Defect(f"{type(unexpected).__name__}: {unexpected}")
            logger.exception("Notice %s cannot be sent", key)
        with self._database.write() as session:
            for claimed in parcel:
                _note(Outbox(session).get(claimed.id), problem)
        return 0 if problem else len(parcel)


def _notice(row: OutboxNotice) -> Notice:
    facts = {name: value for name, value in row.facts.items() if name != "user_email"}
    return Notice(
        recipient=row.recipient,
        event=_EVENT.validate_python(row.event),
        facts=_FACTS.validate_python({**facts, "key": row.key}),
    )


def _parcels(claimed: list[_Claimed]) -> Iterator[list[_Claimed]]:
    """Put together what one mail can tell; all else goes by itself."""

    def address(one: _Claimed) -> tuple[str, str]:
        return one.submission_id, one.notice.recipient

    for one in claimed:
        if not may_join(one.notice):
            yield [one]
    joining = sorted((one for one in claimed if may_join(one.notice)), key=address)
    for _, group in groupby(joining, key=address):
        together = list(group)
        if len(together) >= DIGEST_FROM:
            yield together
        else:
            yield from ([one] for one in together)


def _note(notice: OutboxNotice, problem: TransferError | None) -> None:
    now = datetime.now(UTC)
    if problem is None:
        notice.sent_at = now
        notice.last_error = None
        return
    notice.last_error = str(problem)
    patient = isinstance(problem, Unavailable)
    if not patient or now - notice.created_at > _GIVE_UP_AFTER:
        notice.given_up_at = now
    notice.next_try_at = now + min(_FIRST_WAIT * 2 ** min(notice.tries, 10), _LONGEST_WAIT)
