"""The text of a token: ``adt_`` + id (12 hex digits) + ``_`` + secret (256 bits, base64url).

The service keeps the id, to find the token by, and the SHA-256 digest of the secret. A secret of
256 random bits cannot be guessed, so a slow hash would add nothing.
"""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from .errors import TokenInvalid, TokenNameInvalid

_ID_BYTES = 6
_SECRET_BYTES = 32
_FORM = re.compile(r"adt_(?P<id>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,59}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner has it."""

    id: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """What the owner sends."""
        return f"adt_{self.id}_{self.secret}"

    @property
    def digest(self) -> str:
        """What the service keeps of the secret."""
        return sha256(self.secret.encode()).hexdigest()

    def matches(self, digest: str) -> bool:
        """Whether the secret is the one kept; takes the same time for all secrets."""
        return hmac.compare_digest(self.digest, digest)


def new_token() -> Token:
    """Return a token that nobody has."""
    return Token(secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES))


def parse_token(text: str) -> Token:
    """Read a token; raises `TokenInvalid`, whose message says nothing of the text."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise TokenInvalid("The token does not have the form of one: adt_ID_SECRET.")
    return Token(match["id"], match["secret"])


def require_token_name(name: str) -> str:
    """Return the name; raises `TokenNameInvalid`."""
    if not _NAME.fullmatch(name):
        raise TokenNameInvalid(
            f"{name!r} cannot be the name of a token: 1 to 60 letters, digits or any of . _ @ -"
            " are allowed, beginning with a letter or digit.",
            what_to_do="Name it after who or what uses it, for example rig-323.",
        )
    return name
