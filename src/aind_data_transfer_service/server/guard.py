"""Which requests are let in: from where, how large, and not sent by another site's page."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import NotAllowed, TransferError
from .errors import CrossSiteRequest, RequestTooLarge
from .failures import answer_for

_LARGEST_BODY_BYTES = 20_000_000
_READING = {"GET", "HEAD", "OPTIONS"}

Networks = Sequence[IPv4Network | IPv6Network]


class Guard:
    """Refuses what may not reach the handlers."""

    def __init__(self, app: ASGIApp, trusted_networks: Networks, own_url: str) -> None:
        self._app = app
        self._trusted = tuple(trusted_networks)
        self._own_name = urlsplit(own_url).hostname

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] in _READING:
            await self._app(scope, receive, send)
            return
        try:
            headers = Headers(scope=scope)
            self._require_trusted(scope)
            _require_same_site(headers)
            self._require_own_name(headers)
            _require_size(int(headers.get("content-length") or 0))
        except TransferError as refusal:
            await answer_for(scope, refusal)(scope, receive, send)
        else:
            await self._app(scope, _counted(receive), send)

    def _require_trusted(self, scope: Scope) -> None:
        client = scope.get("client")
        host = client[0] if client else None
        if not is_within(host, self._trusted):
            raise NotAllowed(
                f"Changes are accepted from the service's trusted networks only;"
                f" your address {host or '(unknown)'} is in none of them.",
                what_to_do="Use a machine in a trusted network, or ask an administrator to add"
                " yours to trusted_networks.",
            )

    def _require_own_name(self, headers: Headers) -> None:
        """Refuse a browser that was led here by a name somebody else owns (DNS rebinding).

        A name without a dot, or an address, cannot be somebody else's.
        """
        name = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        from_browser = "origin" in headers or "sec-fetch-site" in headers
        if from_browser and "." in name and name != self._own_name and not _is_address(name):
            raise CrossSiteRequest(
                f"The service does not know itself as {name}.",
                what_to_do=f"If it is its right name, an administrator sets public_url to it;"
                f" until then use {self._own_name}.",
            )


def is_within(host: str | None, networks: Networks) -> bool:
    """Whether an address is in one of the networks."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in networks)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


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
