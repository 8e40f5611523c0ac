"""Finds out who sends a request: by token, by session, or by address."""

from contextvars import ContextVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from ..db.database import Database
from ..db.models import TokenRow
from ..db.tokens import Tokens, is_use_to_be_noted, scopes_of
from ..identity.addresses import ClientAddress, client_address
from ..identity.errors import TokenInvalid
from ..identity.scopes import ALL_SCOPES, Scope, with_implied
from ..identity.sessions import Session, Sessions
from ..identity.visitors import Visitor
from ..settings import Settings

_PROXY_HEADERS = ("x-forwarded-for", "forwarded", "x-real-ip", "via")

NOBODY_KNOWN = Visitor()
current_visitor: ContextVar[Visitor] = ContextVar("current_visitor", default=NOBODY_KNOWN)
"""Who looks at the page that is being made."""


class Identifier:
    """Tells who sends a request."""

    def __init__(self, settings: Settings, database: Database, sessions: Sessions) -> None:
        self._settings = settings
        self._database = database
        self._sessions = sessions
        secure = settings.base_url.startswith("https:")
        # A browser takes a cookie of this prefix from an encrypted connection to this host only.
        self.cookie = "__Host-adt_session" if secure else "adt_session"
        self.cookie_is_secure = secure

    def address(self, connection: HTTPConnection) -> ClientAddress:
        """Return where a request comes from."""
        return client_address(
            connection.client.host if connection.client else None,
            connection.headers.getlist("x-forwarded-for"),
            proxied=any(name in connection.headers for name in _PROXY_HEADERS),
            proxies=self._settings.trusted_proxies,
        )

    async def visitor(self, connection: HTTPConnection) -> Visitor:
        """Return who sends a request.

        A token that is sent must be valid, wherever it comes from; a session that has ended is
        none. What the token may do and what the address may do add up. Raises `TokenInvalid`.
        """
        known = connection.scope.setdefault("state", {})
        if "visitor" not in known:
            known["visitor"] = await self._identify(connection)
        visitor: Visitor = known["visitor"]
        return visitor

    async def _identify(self, connection: HTTPConnection) -> Visitor:
        address = self.address(connection)
        trusted = address.is_trusted(self._settings.trusted_networks)
        scopes = self._scopes_of_address(address) if trusted else frozenset()
        name, form_key = None, None
        if (token := _bearer(connection)) is not None:
            row = await run_in_threadpool(self._by_token, token)
            name, scopes = row.name, scopes | scopes_of(row)
        elif session := self._session(connection):
            signed_in = await run_in_threadpool(self._by_session, session)
            if signed_in is not None:
                name, scopes = signed_in.name, scopes | scopes_of(signed_in)
                form_key = session.form_key
        return Visitor(
            address=str(address),
            doubt=address.doubt,
            trusted=trusted,
            name=name,
            scopes=with_implied(scopes),
            form_key=form_key,
        )

    def sign_in(self, token: str) -> str:
        """Return the cookie of a new session; raises `TokenInvalid`."""
        return self._sessions.open(self._by_token(token.strip()).id)

    def _scopes_of_address(self, address: ClientAddress) -> frozenset[Scope]:
        here = address.address is not None and address.address.is_loopback
        return ALL_SCOPES if here else self._settings.trusted_scopes

    def _session(self, connection: HTTPConnection) -> Session | None:
        cookie = connection.cookies.get(self.cookie)
        return self._sessions.read(cookie) if cookie else None

    def _by_token(self, text: str) -> TokenRow:
        with self._database.read() as session:
            row = Tokens(session).check(text)
        return self._noted(row)

    def _by_session(self, signed_in: Session) -> TokenRow | None:
        try:
            with self._database.read() as session:
                row = Tokens(session).valid(signed_in.token_id)
        except TokenInvalid:
            return None
        return self._noted(row)

    def _noted(self, row: TokenRow) -> TokenRow:
        if is_use_to_be_noted(row):
            with self._database.write() as session:
                Tokens(session).note_use(row.id)
        return row


def _bearer(connection: HTTPConnection) -> str | None:
    """Return the token of the Authorization header (RFC 6750), if it holds one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
