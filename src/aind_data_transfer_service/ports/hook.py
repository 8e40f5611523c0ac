"""How other programs are told: a request to an address they named."""

from collections.abc import Mapping
from typing import Protocol

from ..errors import TransferError, Unavailable


class HookUnavailable(Unavailable):
    """The receiver does not answer or has a passing fault; the notice is kept and sent later."""

    code = "webhook_unavailable"


class HookRefused(TransferError):
    """The receiver will not take this notice, or its address is not one that may be called."""

    code = "webhook_refused"
    what_to_do_default = (
        "Check the address, and that it takes POST requests. An address inside a private network"
        " must be allowed by webhooks.allowed_networks in the settings."
    )


class HookPoster(Protocol):
    """Sends one request to a receiver."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send JSON with POST; raises `HookUnavailable` or `HookRefused`."""
        ...

    def check(self, url: str) -> None:
        """Raise as `post` would if the address cannot be found or may not be called."""
        ...
