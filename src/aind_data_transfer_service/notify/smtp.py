"""A mailer that hands mails to an SMTP server."""

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

from ..errors import TransferError
from ..ports.mailer import MailRefused, MailServerUnavailable

logger = logging.getLogger(__name__)

_PERMANENT = 500
"""Reply codes from here on mean "no", those below "not now" (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where the mail server is and how to speak to it."""

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "none"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 20
    """Seconds for each reply."""
    trusted_certificates: ssl.SSLContext | None = None
    """For a server whose certificate the system does not know; None means the system's own."""


class SmtpMailer:
    """Sends each mail over a connection of its own."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    def send(self, message: EmailMessage) -> None:
        """Hand the mail over; raises `MailServerUnavailable` or `MailRefused`."""
        with self._session() as connection:
            connection.send_message(message)

    def check(self) -> None:
        """Connect and log in, as for a mail, and send none."""
        with self._session() as connection:
            connection.noop()

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        try:
            connection = self._connect()
            try:
                if server.security == "starttls":
                    connection.starttls(context=self._context())
                if server.user is not None:
                    connection.login(server.user, server.password or "")
                yield connection
            finally:
                _leave(connection)
        except (smtplib.SMTPException, OSError) as problem:
            raise self._as_error(problem) from problem

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=self._context()
            )
        return smtplib.SMTP(server.host, server.port, timeout=server.timeout)

    def _context(self) -> ssl.SSLContext:
        return self._server.trusted_certificates or ssl.create_default_context()

    def _as_error(self, problem: Exception) -> TransferError:
        where = f"The mail server {self._server.host}:{self._server.port}"
        match problem:
            case smtplib.SMTPRecipientsRefused():
                address, (code, reply) = next(iter(problem.recipients.items()))
                return _answered(f"{where} does not take mail for {address}", code, reply)
            case smtplib.SMTPAuthenticationError():
                return _answered(
                    f"{where} refuses the login", problem.smtp_code, problem.smtp_error
                )
            case smtplib.SMTPResponseException():
                return _answered(
                    f"{where} does not take the mail", problem.smtp_code, problem.smtp_error
                )
            case smtplib.SMTPNotSupportedError():
                return MailRefused(f"{where} lacks what is needed: {problem}.")
            case _:
                return MailServerUnavailable(f"{where} does not answer as it should: {problem}.")


def _answered(what: str, code: int, reply: bytes | str) -> TransferError:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    kind = MailRefused if code >= _PERMANENT else MailServerUnavailable
    return kind(f"{what}: {code} {text}.", smtp_code=code)


def _leave(connection: smtplib.SMTP) -> None:
    """Close the connection. A mail that was taken stays taken, however the good-bye goes."""
    try:
        connection.quit()
    except (smtplib.SMTPException, OSError) as problem:
        logger.debug("The mail server closed without a good-bye: %s", problem)
        connection.close()
