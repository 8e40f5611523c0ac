"""How the service tells people, and programs."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Literal, Self

from pydantic import PositiveInt, SecretStr, model_validator

from .section import Period, Section, Wait

NoticeEvent = Literal["begin", "end", "fail", "retry", "all"]


class MailSettings(Section):
    """How mail leaves the service."""

    mode: Literal["folder", "smtp", "off"] = "folder"
    """``folder`` writes .eml files into the outbox folder."""
    sender: str = "aind-data-transfer@localhost"
    host: str = "localhost"
    port: PositiveInt = 25
    security: Literal["none", "starttls", "tls"] = "none"
    user: str | None = None
    password: SecretStr | None = None
    timeout: Period = timedelta(seconds=20)
    digest_wait: Wait = timedelta(minutes=1)
    """How long the end of a job waits for other jobs of its submission to end, to be told in one
    mail with them."""


class WebhookSettings(Section):
    """How the webhooks that requests name are called."""

    allowed: bool = True
    """Whether requests may name any."""
    secret: SecretStr | None = None
    """Signs them; ``whsec_…`` or any text."""
    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Private networks whose addresses may be called; all public ones may."""
    timeout: Period = timedelta(seconds=10)


class HookSettings(Section):
    """One receiver that is told of all jobs."""

    url: SecretStr
    """Secret, because for Slack whoever knows it may post there."""
    format: Literal["webhook", "slack"] = "webhook"
    events: frozenset[NoticeEvent] = frozenset({"all"})
    secret: SecretStr | None = None
    """Signs webhooks; Slack has no signatures."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.url.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("url begins with neither http:// nor https://")
        if self.format == "slack" and self.secret is not None:
            raise ValueError("secret has no meaning for Slack")
        return self
