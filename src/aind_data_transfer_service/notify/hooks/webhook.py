"""Webhooks in the form of the Standard Webhooks specification, version 1.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from dataclasses import asdict
from datetime import UTC, datetime

from pydantic_core import to_json

from ..messages import Event, NoticeFacts

SECRET_PREFIX = "whsec_"  # noqa: S105 - the word before secrets, not one


def webhook_body(event: Event, facts: NoticeFacts) -> bytes:
    """Return ``{"type": "job.end", "timestamp": …, "data": {…}}``; what is not known is left out.

    The end of the log is for people, who are to see it on the job's page.
    """
    data = {name: value for name, value in asdict(facts).items() if value is not None}
    for name in ("key", "log_tail", "occurred_at"):
        data.pop(name, None)
    return to_json({"type": f"job.{event}", "timestamp": facts.occurred_at, "data": data})


def webhook_headers(key: str, body: bytes, secret: str | None, now: datetime) -> dict[str, str]:
    """Return the headers that name, date and (with a secret) sign a webhook.

    Parameters
    ----------
    key
        Names the notice: sent twice, it has the same ``webhook-id``.
    secret
        ``whsec_`` and the key in base64, as the specification writes it; any other text is the
        key itself.
    """
    identity = f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"
    timestamp = str(int(now.astimezone(UTC).timestamp()))
    headers = {"webhook-id": identity, "webhook-timestamp": timestamp}
    if secret is not None:
        headers["webhook-signature"] = signature(identity, timestamp, body, secret)
    return headers


def signature(identity: str, timestamp: str, body: bytes, secret: str) -> str:
    """Return the symmetric signature, HMAC-SHA256 of id, time and body."""
    key = (
        base64.b64decode(secret.removeprefix(SECRET_PREFIX))
        if secret.startswith(SECRET_PREFIX)
        else secret.encode()
    )
    signed = f"{identity}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
