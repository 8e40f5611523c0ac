"""Whose address a request comes from, behind proxies too.

``X-Forwarded-For`` (a de-facto standard: each proxy appends the address it was asked from) can be
written by anybody, so only what the service's own proxies appended counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]


@dataclass(frozen=True, slots=True)
class ClientAddress:
    """Where a request comes from."""

    address: Address | None
    """None: not known."""
    doubt: str = ""
    """Why the address must not be trusted, whatever it is."""

    def __str__(self) -> str:
        return str(self.address or "(unknown)")

    def is_trusted(self, networks: Networks) -> bool:
        """Whether it certainly lies in one of the networks."""
        return not self.doubt and is_within(self.address, networks)


def client_address(
    peer: str | None, forwarded_for: Sequence[str], *, proxied: bool, proxies: Networks
) -> ClientAddress:
    """Return who asks.

    Parameters
    ----------
    peer
        Address of the other end of the connection.
    forwarded_for
        Values of all ``X-Forwarded-For`` headers, in order.
    proxied
        Whether any header says that a proxy passed the request on.
    proxies
        Networks of the proxies whose ``X-Forwarded-For`` is believed.
    """
    near = parse_address(peer or "")
    if not is_within(near, proxies):
        doubt = f"the request came through a proxy at {near}, which is not in trusted_proxies"
        return ClientAddress(near, doubt if proxied else "")
    hops = [hop.strip() for value in forwarded_for for hop in value.split(",")]
    for hop in reversed(hops):
        address = parse_address(hop)
        if address is None:
            return ClientAddress(None, f"the proxy at {near} sent an X-Forwarded-For without sense")
        if not is_within(address, proxies):
            return ClientAddress(address)
    return ClientAddress(None, f"the proxy at {near} did not say in X-Forwarded-For who asks")


def parse_address(text: str) -> Address | None:
    """Read an address, which some proxies write with a port; None if it is none.

    IPv4 addresses written as IPv6 (``::ffff:127.0.0.1``) are the IPv4 addresses they stand for.
    """
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def is_within(address: Address | None, networks: Networks) -> bool:
    """Whether an address lies in one of the networks."""
    return address is not None and any(address in network for network in networks)
