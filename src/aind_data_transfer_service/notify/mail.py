"""Letters as mails: the same words as plain text and as HTML."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from .layout import Letter, as_html, as_text


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom a mail is, to whom, of when, and what it is known by."""

    sender: str
    recipient: str
    date: datetime
    key: str
    """The same key gives the same Message-ID, by which a mail sent twice can be recognised."""


def compose(letter: Letter, envelope: Envelope) -> EmailMessage:
    """Return the letter as a mail."""
    message = EmailMessage()
    message["From"] = envelope.sender
    message["To"] = envelope.recipient
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(envelope.date.astimezone(UTC))
    message["Message-ID"] = _message_id(envelope)
    # RFC 3834: asks other machines not to answer.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(as_text(letter))
    message.add_alternative(as_html(letter), subtype="html")
    return message


def _message_id(envelope: Envelope) -> str:
    domain = Address(addr_spec=parseaddr(envelope.sender)[1]).domain or "localhost"
    return f"<{hashlib.sha256(envelope.key.encode()).hexdigest()[:32]}@{domain}>"
