"""From the settings to the mailer they describe."""

from pathlib import Path

from ..ports.mailer import Mailer
from ..settings import MailSettings
from .folder import FolderMailer
from .smtp import SmtpMailer, SmtpServer


def open_mailer(settings: MailSettings, outbox_folder: Path) -> Mailer | None:
    """Return the mailer of the settings; None if no mail is to leave. Nothing is sent yet."""
    if settings.mode == "off":
        return None
    if settings.mode == "folder":
        return FolderMailer(outbox_folder)
    return SmtpMailer(
        SmtpServer(
            host=settings.host,
            port=settings.port,
            security=settings.security,
            user=settings.user,
            password=settings.password.get_secret_value() if settings.password else None,
            timeout=settings.timeout.total_seconds(),
        )
    )
