from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.identity.addresses import (
    client_address,
    is_within,
    parse_address,
)

PROXIES = (ip_network("127.0.0.0/8"), ip_network("192.168.0.0/16"))
EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))

proxies = st.ip_addresses(network="127.0.0.0/8") | st.ip_addresses(network="192.168.0.0/16")
others = st.ip_addresses().filter(
    lambda address: not is_within(parse_address(str(address)), PROXIES)
)
anything = st.text(st.characters(codec="ascii"), max_size=40)


@given(others, st.lists(anything))
def test_nobody_but_a_proxy_is_believed(peer: object, forwarded_for: list[str]) -> None:
    found = client_address(str(peer), forwarded_for, proxied=bool(forwarded_for), proxies=PROXIES)
    assert found.address == parse_address(str(peer))
    assert found.is_trusted(EVERYTHING) is not bool(forwarded_for)


@given(proxies, st.lists(anything), others, st.lists(proxies))
def test_the_last_address_that_is_no_proxys_is_the_clients(
    peer: object, forged: list[str], client: object, hops: list[object]
) -> None:
    header = ", ".join([*forged, str(client), *map(str, hops)])
    found = client_address(str(peer), [header], proxied=True, proxies=PROXIES)
    assert found.address == parse_address(str(client))
    assert found.is_trusted(EVERYTHING)


@given(proxies, st.lists(anything), st.lists(proxies))
def test_headers_count_in_their_order(peer: object, values: list[str], hops: list[object]) -> None:
    apart = [*values, *map(str, hops)]
    together = [",".join(apart)] if apart else []
    one, other = (
        client_address(str(peer), headers, proxied=bool(headers), proxies=PROXIES)
        for headers in (apart, together)
    )
    assert one == other


@given(proxies, st.lists(proxies))
def test_a_proxy_that_does_not_say_who_asks_is_not_trusted(
    peer: object, hops: list[object]
) -> None:
    for headers in ([], [", ".join(map(str, hops))]):
        found = client_address(str(peer), headers, proxied=True, proxies=PROXIES)
        assert found.address is None
        assert found.doubt
        assert not found.is_trusted(EVERYTHING)


@given(st.none() | anything, st.lists(anything), st.booleans())
def test_any_text_gives_an_answer(
    peer: str | None, forwarded_for: list[str], proxied: bool
) -> None:
    found = client_address(peer, forwarded_for, proxied=proxied, proxies=PROXIES)
    assert found.address is not None or not found.is_trusted(EVERYTHING)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.1:5000", "10.0.0.1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[::ffff:10.0.0.1]", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("testclient", None),
        ("unknown", None),
        ("_hidden", None),
        ("10.0.0", None),
        ("", None),
    ],
)
def test_addresses_as_proxies_write_them(text: str, expected: str | None) -> None:
    found = parse_address(text)
    assert (found and str(found)) == expected


@pytest.mark.parametrize(
    ("host", "networks", "expected"),
    [
        ("127.0.0.1", [ip_network("127.0.0.0/8")], True),
        ("::ffff:127.0.0.1", [ip_network("127.0.0.0/8")], True),
        ("::1", [ip_network("127.0.0.0/8"), ip_network("::1/128")], True),
        ("::1", [ip_network("127.0.0.0/8")], False),
        ("10.0.0.1", [], False),
        ("not an address", [ip_network("0.0.0.0/0")], False),
    ],
)
def test_is_within(host: str, networks: list[IPv4Network | IPv6Network], expected: bool) -> None:
    assert is_within(parse_address(host), networks) is expected


def test_without_a_proxy_the_other_end_asks() -> None:
    found = client_address("10.0.0.1", [], proxied=False, proxies=())
    assert found.address == IPv4Address("10.0.0.1")
    assert found.is_trusted(EVERYTHING)
