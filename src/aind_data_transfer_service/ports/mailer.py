"""How mail leaves the service."""

from email.message import EmailMessage
from typing import Protocol

from ..errors import TransferError, Unavailable


class MailServerUnavailable(Unavailable):
    """The mail server does not answer or has a passing fault; the mail is kept and sent later."""

    code = "mail_server_unavailable"


class MailRefused(TransferError):
    """The mail server will not take this mail, now or later."""

    code = "mail_refused"
    what_to_do_default = "Check the recipient's address and the sender in the settings."


class Mailer(Protocol):
    """Sends one mail."""

    def send(self, message: EmailMessage) -> None:
        """Hand the mail over; raises `MailServerUnavailable` or `MailRefused`."""
        ...

    def check(self) -> None:
        """Raise `MailServerUnavailable` or `MailRefused` if no mail could be sent now."""
        ...
