"""Every query of the tokens."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..identity.errors import TokenInvalid, TokenNameTaken, TokenUnknown
from ..identity.scopes import Scope
from ..identity.tokens import Token, new_token, parse_token, require_token_name
from .models import TokenRow

USE_NOTED_EVERY = timedelta(minutes=1)


class Tokens:
    """Tokens, valid and not."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def issue(
        self, name: str, scopes: Collection[Scope], expires_at: datetime | None
    ) -> tuple[Token, TokenRow]:
        """Make a token; only now is its secret known.

        Raises `TokenNameInvalid`, or `TokenNameTaken` by a token that is not revoked.
        """
        token = new_token()
        row = TokenRow(
            id=token.id,
            name=require_token_name(name),
            digest=token.digest,
            scopes=" ".join(sorted(set(scopes))),
            created_at=datetime.now(UTC),
            expires_at=expires_at,
        )
        self._session.add(row)
        try:
            self._session.flush()
        except IntegrityError as problem:
            raise TokenNameTaken(f"There is a token named {name}.") from problem
        return token, row

    def check(self, text: str) -> TokenRow:
        """Return the row of a valid token; raises `TokenInvalid`."""
        token = parse_token(text)
        row = self._session.get(TokenRow, token.id)
        if row is None or not token.matches(row.digest):
            raise TokenInvalid("The token is not known here.")
        return _require_valid(row)

    def valid(self, token_id: str) -> TokenRow:
        """Return the row of the token with this id; raises `TokenInvalid` if it is not valid."""
        row = self._session.get(TokenRow, token_id)
        if row is None:
            raise TokenInvalid("The token is not known here.")
        return _require_valid(row)

    def note_use(self, token_id: str) -> None:
        """Remember that the token was used now, unless that was noted a moment ago."""
        now = datetime.now(UTC)
        self._session.execute(
            update(TokenRow)
            .where(
                TokenRow.id == token_id,
                or_(TokenRow.last_used_at.is_(None), TokenRow.last_used_at < now - USE_NOTED_EVERY),
            )
            .values(last_used_at=now)
        )

    def all(self) -> Sequence[TokenRow]:
        """Return all tokens, oldest first."""
        return self._session.scalars(select(TokenRow).order_by(TokenRow.created_at)).all()

    def revoke(self, name_or_id: str) -> TokenRow:
        """End a token at once; its id wins over another's name. Raises `TokenUnknown`."""
        row = self._session.get(TokenRow, name_or_id) or self._session.scalar(
            select(TokenRow).where(TokenRow.name == name_or_id, TokenRow.revoked_at.is_(None))
        )
        if row is None:
            raise TokenUnknown(f"There is no valid token {name_or_id!r}.")
        if row.revoked_at is None:
            row.revoked_at = datetime.now(UTC)
        return row


def scopes_of(row: TokenRow) -> frozenset[Scope]:
    """Return the scopes a token was given."""
    return frozenset(map(Scope, row.scopes.split()))


def is_use_to_be_noted(row: TokenRow) -> bool:
    """Whether the last use noted is so long ago that another is worth a transaction."""
    last = row.last_used_at
    return last is None or datetime.now(UTC) - last > USE_NOTED_EVERY


def _require_valid(row: TokenRow) -> TokenRow:
    if row.revoked_at is not None:
        raise TokenInvalid(f"The token {row.name} was revoked.")
    if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
        raise TokenInvalid(f"The token {row.name} expired on {row.expires_at:%Y-%m-%d}.")
    return row
