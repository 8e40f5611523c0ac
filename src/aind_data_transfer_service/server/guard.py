"""Which requests are let in: how large, not sent by another site's page, and from whom."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import TransferError
from ..identity.addresses import parse_address
from .errors import CrossSiteRequest, RequestTooLarge
from .failures import answer_for, is_page
from .identify import Identifier, current_visitor

_LARGEST_BODY_BYTES = 20_000_000
_READING = {"GET", "HEAD", "OPTIONS"}
_OPEN = ("/health", "/login", "/logout")
"""What answers without a token even if looking needs one; files of the pages do too."""
_STATIC = "/static/"


class Guard:
    """Refuses what may not reach the handlers; what a change needs is declared at its route."""

    def __init__(
        self, app: ASGIApp, identifier: Identifier, *, own_url: str, reading_needs_token: bool
    ) -> None:
        self._app = app
        self._identifier = identifier
        self._own_name = urlsplit(own_url).hostname
        self._reading_needs_token = reading_needs_token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or path.startswith(_STATIC):
            await self._app(scope, receive, send)
            return
        looked_at_by = current_visitor.set(current_visitor.get())
        try:
            await self._require_allowed(scope)
        except TransferError as refusal:
            await answer_for(scope, refusal)(scope, receive, send)
        else:
            await self._app(scope, _counted(receive), send)
        finally:
            current_visitor.reset(looked_at_by)

    async def _require_allowed(self, scope: Scope) -> None:
        connection = HTTPConnection(scope)
        headers = connection.headers
        path: str = scope["path"]
        reading = scope["method"] in _READING
        closed = self._reading_needs_token and path not in _OPEN
        if not reading:
            _require_same_site(headers)
            _require_size(int(headers.get("content-length") or 0))
        if closed or not reading:
            self._require_own_name(headers)
        if closed or is_page(path):
            visitor = await self._identifier.visitor(connection)
            current_visitor.set(visitor)
            if closed:
                visitor.require_known()

    def _require_own_name(self, headers: Headers) -> None:
        """Refuse a browser that was led here by a name somebody else owns (DNS rebinding).

        A name without a dot, or an address, cannot be somebody else's.
        """
        name = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        from_browser = "origin" in headers or "sec-fetch-site" in headers
        if from_browser and "." in name and name != self._own_name and not parse_address(name):
            raise CrossSiteRequest(
                f"The service does not know itself as {name}.",
                what_to_do=f"If it is its right name, an administrator sets public_url to it;"
                f" until then use {self._own_name}.",
            )


def _require_same_site(headers: Headers) -> None:
    """Refuse what a browser says another site's page sent; programs say nothing of the kind.

    Sec-Fetch-Site decides (W3C Fetch Metadata); older browsers send Origin only.
    """
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site in ("same-origin", "none"):
        return
    if site is None and (origin is None or urlsplit(origin).netloc == headers.get("host")):
        return
    raise CrossSiteRequest(f"The request comes from a page of another site ({origin or site}).")


def _require_size(size: int) -> None:
    if size > _LARGEST_BODY_BYTES:
        raise RequestTooLarge(
            f"The request has {size:,} bytes or more; at most {_LARGEST_BODY_BYTES:,} are allowed."
        )


def _counted(receive: Receive) -> Receive:
    size = 0

    async def receive_counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        _require_size(size)
        return message

    return receive_counted
