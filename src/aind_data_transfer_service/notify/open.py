"""From the settings to the couriers they describe."""

from pathlib import Path

from ..ports.mailer import Mailer
from ..settings import MailSettings, Settings, WebhookSettings
from .couriers import Couriers
from .folder import FolderMailer
from .hooks.http import HttpHookPoster
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


def open_poster(settings: WebhookSettings) -> HttpHookPoster:
    """Return what calls webhooks. Nothing is sent yet."""
    return HttpHookPoster(
        allowed_networks=settings.allowed_networks, timeout=settings.timeout.total_seconds()
    )


def open_couriers(settings: Settings) -> Couriers:
    """Return all ways by which notices leave."""
    secret = settings.webhooks.secret
    return Couriers(
        mailer=open_mailer(settings.mail, settings.outbox_folder),
        sender=settings.mail.sender,
        poster=open_poster(settings.webhooks),
        hooks=settings.hooks,
        webhook_secret=secret.get_secret_value() if secret else None,
    )
