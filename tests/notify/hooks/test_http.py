"""Webhooks reach who may be called, and nobody else."""

import socket
from ipaddress import ip_network

import pytest

from aind_data_transfer_service.errors import TransferError
from aind_data_transfer_service.notify.hooks.http import HttpHookPoster
from aind_data_transfer_service.ports.hook import HookRefused, HookUnavailable

from .receiver import Receiver

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


@pytest.fixture
def poster() -> HttpHookPoster:
    return HttpHookPoster(allowed_networks=LOOPBACK, timeout=5)


def test_what_is_posted_arrives(poster: HttpHookPoster, receiver: Receiver) -> None:
    poster.post(f"{receiver.url}a?b=c", b'{"x": 1}', {"webhook-id": "msg_1"})
    [request] = receiver.requests
    assert (request.path, request.body) == ("/a?b=c", b'{"x": 1}')
    assert request.headers["webhook-id"] == "msg_1"
    assert request.headers["content-type"] == "application/json"
    assert f"http://{request.headers['host']}/" == receiver.url


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, HookUnavailable),
        (503, HookUnavailable),
        (429, HookUnavailable),
        (408, HookUnavailable),
        (404, HookRefused),
        (410, HookRefused),
        (302, HookRefused),
    ],
)
def test_an_answer_says_whether_to_try_again(
    poster: HttpHookPoster, receiver: Receiver, status: int, kind: type[TransferError]
) -> None:
    receiver.statuses.append(status)
    with pytest.raises(kind, match=str(status)):
        poster.post(receiver.url, b"{}", {})
    assert len(receiver.requests) == 1  # a redirection is not followed


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://[::1]:1/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://2130706433/",
    ],
)
def test_private_addresses_are_not_called(url: str) -> None:
    with pytest.raises(HookRefused, match="private network"):
        HttpHookPoster().post(url, b"{}", {})
    with pytest.raises(HookRefused, match="private network"):
        HttpHookPoster().check(url)


def test_a_name_with_one_private_address_among_others_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
        for address in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    with pytest.raises(HookRefused, match=r"10\.0\.0\.1"):
        HttpHookPoster().check("http://hooks.example.org/")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://", "file:///etc/passwd", "x"])
def test_what_is_no_web_address_is_refused(poster: HttpHookPoster, url: str) -> None:
    with pytest.raises(HookRefused):
        poster.post(url, b"{}", {})


def test_a_receiver_that_is_away_may_come_back(poster: HttpHookPoster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(HookUnavailable, match="localhost"):
        poster.post(f"http://localhost:{port}/", b"{}", {})


def test_a_name_that_is_not_known_may_be_known_later(poster: HttpHookPoster) -> None:
    with pytest.raises(HookUnavailable, match="name"):
        poster.check("http://no-such-host.invalid/")
