"""A browser's session: a signed cookie that names the token it was opened with.

The cookie does not hold the token. It ends with it, or 12 hours after signing in.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import BaseModel, ValidationError

LIFETIME_SECONDS = 12 * 60 * 60
_PURPOSE = "aind-data-transfer session"


class Session(BaseModel):
    """What the cookie says."""

    token_id: str
    form_key: str
    """Every form of the session carries it, so that other sites cannot send one."""


@dataclass(frozen=True)
class Sessions:
    """Writes and reads cookies with one secret key."""

    key: str = field(repr=False)

    def open(self, token_id: str) -> str:
        """Return the cookie of a new session."""
        session = Session(token_id=token_id, form_key=secrets.token_urlsafe(32))
        text: str = self._serializer.dumps(session.model_dump())
        return text

    def read(self, cookie: str) -> Session | None:
        """Return the session; None if the cookie is forged, damaged or too old."""
        try:
            content = self._serializer.loads(cookie, max_age=LIFETIME_SECONDS)
            return Session.model_validate(content)
        except (BadData, ValidationError):
            return None

    @property
    def _serializer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self.key, salt=_PURPOSE, signer_kwargs={"digest_method": sha256}
        )


def is_form_key(given: str, expected: str) -> bool:
    """Whether a form belongs to the session; takes the same time for all texts."""
    return hmac.compare_digest(given.encode(), expected.encode())
