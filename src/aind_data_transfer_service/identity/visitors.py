"""Who sends a request."""

from dataclasses import dataclass

from .errors import ScopeMissing, TokenMissing
from .scopes import Scope


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends a request, and what they may do."""

    address: str = "(unknown)"
    doubt: str = ""
    """Why the address is not trusted, if there is a reason to tell."""
    trusted: bool = False
    """Whether the address alone gives rights."""
    name: str | None = None
    """Name of the token, sent with the request or used to sign in."""
    scopes: frozenset[Scope] = frozenset()
    """With those they imply."""
    form_key: str | None = None
    """What forms of a browser's session carry; None: the request belongs to no session."""

    @property
    def by(self) -> str:
        """Who it was, for the records."""
        return f"token {self.name} at {self.address}" if self.name else self.address

    def may(self, scope: Scope | str) -> bool:
        """Whether they hold a scope."""
        return scope in self.scopes

    def require_known(self) -> None:
        """Raise `TokenMissing` unless they have a token, a session or a trusted address."""
        if not (self.trusted or self.name):
            raise TokenMissing(f"This needs a token: {self._why_not_trusted()}.")

    def require(self, scope: Scope) -> None:
        """Raise `TokenMissing` or `ScopeMissing` unless they hold the scope."""
        if self.may(scope):
            return
        if not (self.trusted or self.name):
            raise TokenMissing(
                f"This needs a token with the scope {scope}: {self._why_not_trusted()}.",
                scope=scope,
            )
        who = f"the token {self.name}" if self.name else f"the address {self.address}"
        held = ", ".join(sorted(self.scopes)) or "none"
        raise ScopeMissing(
            f"This needs the scope {scope}; {who} has {held}.", scope=scope, held=held
        )

    def _why_not_trusted(self) -> str:
        return self.doubt or f"your address {self.address} is not in trusted_networks"
