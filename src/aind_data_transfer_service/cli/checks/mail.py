"""Notices: whether mail could be sent now, and where other receivers are."""

from collections.abc import Iterator

from ...errors import TransferError
from ...notify.open import open_mailer, open_poster
from ...settings import Settings
from .finding import Finding, failed_by, ok, warn

_NAME = "mail"


def check_mail(settings: Settings) -> Iterator[Finding]:
    """Ask the mailer; nothing is sent."""
    mailer = open_mailer(settings.mail, settings.outbox_folder)
    if mailer is None:
        yield warn(_NAME, "Is off: nobody is told how a job ended", "Set mail.mode.")
        return
    try:
        mailer.check()
    except TransferError as problem:
        yield failed_by(_NAME, problem)
        return
    if settings.mail.mode == "folder":
        yield ok(_NAME, f"Goes into the folder {settings.outbox_folder}")
    else:
        yield ok(_NAME, f"{settings.mail.host} port {settings.mail.port} takes mail")


def check_hooks(settings: Settings) -> Iterator[Finding]:
    """Look up each receiver's address; nothing is sent."""
    poster = open_poster(settings.webhooks)
    for name, hook in settings.hooks.items():
        try:
            poster.check(hook.url.get_secret_value())
        except TransferError as problem:
            yield failed_by(f"hook {name}", problem)
        else:
            yield ok(f"hook {name}", "Its address is known and may be called")
