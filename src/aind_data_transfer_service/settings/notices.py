"""How the service tells people."""

from datetime import timedelta
from typing import Literal

from pydantic import PositiveInt, SecretStr

from .section import Period, Section


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
