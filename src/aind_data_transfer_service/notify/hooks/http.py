"""Posts to receivers over HTTP, and only to addresses that may be called."""

import socket
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from ...ports.hook import HookRefused, HookUnavailable

_PASSING = frozenset({408, 425, 429})
_SERVER_ERROR = 500

Networks = Sequence[IPv4Network | IPv6Network]


class HttpHookPoster:
    """Posts to public addresses and to the networks that are allowed.

    A name is looked up once and the connection goes to the very address that was judged: a name
    that means another address a moment later leads nowhere else. Redirections are not followed,
    and proxies of the environment not used, for the same reason.

    Parameters
    ----------
    allowed_networks
        Private networks that may be called all the same.
    timeout
        Seconds for each step of the exchange.
    """

    def __init__(self, *, allowed_networks: Networks = (), timeout: float = 10) -> None:
        self._allowed = allowed_networks
        self._timeout = timeout

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send JSON with POST; raises `HookUnavailable` or `HookRefused`."""
        try:
            target = httpx.URL(url)
            address = self._permitted_address(target)
            with (
                httpx.Client(timeout=self._timeout, trust_env=False) as client,
                client.stream(
                    "POST",
                    target.copy_with(host=str(address)),
                    content=body,
                    headers={
                        **headers,
                        "host": target.netloc.decode("ascii"),
                        "content-type": "application/json",
                        "user-agent": "aind-data-transfer-service",
                    },
                    extensions={"sni_hostname": target.host},
                ) as answer,
            ):
                _judge(answer.status_code, target)
        except httpx.InvalidURL as problem:
            raise HookRefused(f"{url!r} is not an address: {problem}.") from problem
        except httpx.HTTPError as problem:
            raise HookUnavailable(f"{target.host} does not answer as it should: {problem}.") from (
                problem
            )

    def check(self, url: str) -> None:
        """Raise as `post` would if the address cannot be found or may not be called."""
        self._permitted_address(httpx.URL(url))

    def _permitted_address(self, url: httpx.URL) -> IPv4Address | IPv6Address:
        addresses = _addresses(url)
        for address in addresses:
            if not (address.is_global or any(address in network for network in self._allowed)):
                raise HookRefused(f"{url.host} is the address {address} of a private network.")
        return addresses[0]


def _addresses(url: httpx.URL) -> list[IPv4Address | IPv6Address]:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    if port is None or not url.host:
        raise HookRefused(f"{str(url)!r} begins with neither http:// nor https://.")
    try:
        found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise HookUnavailable(f"The name {url.host} is not known now: {problem}.") from problem
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    return [getattr(address, "ipv4_mapped", None) or address for address in addresses]


def _judge(status: int, url: httpx.URL) -> None:
    if httpx.codes.is_success(status):
        return
    kind = HookUnavailable if status in _PASSING or status >= _SERVER_ERROR else HookRefused
    raise kind(f"{url.host} answered with status {status}.", status=status)
