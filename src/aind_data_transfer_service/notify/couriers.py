"""Takes notices to whoever is to have them: by mail, webhook or Slack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ..errors import TransferError
from ..ports.hook import HookPoster
from ..ports.mailer import Mailer
from ..settings import HookSettings
from .digest import DIGESTED, digest_of
from .hooks.slack import slack_body
from .hooks.webhook import webhook_body, webhook_headers
from .mail import Envelope, compose
from .messages import Event, NoticeFacts, letter_of

DIGEST_FROM = 3
"""So many jobs that end together are told in one mail."""

HOOK_PREFIX = "hook:"
"""Before the name of a receiver of the settings, where a mail has its address."""


class ReceiverGone(TransferError):
    """A notice is for a receiver that the settings no longer have."""

    code = "receiver_gone"
    what_to_do_default = "Nothing, if the receiver was taken out of the settings on purpose."


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: what happened, to be told to whom."""

    recipient: str
    """An e-mail address, the URL of a webhook, or `HOOK_PREFIX` and a name of the settings."""
    event: Event
    facts: NoticeFacts

    @property
    def is_mail(self) -> bool:
        """Whether it goes by mail."""
        return not self.recipient.startswith(("http://", "https://", HOOK_PREFIX))


def may_join(notice: Notice) -> bool:
    """Whether a notice may be told together with others of its submission."""
    return notice.is_mail and notice.event in DIGESTED


class Couriers:
    """Knows how to reach each kind of recipient.

    Parameters
    ----------
    mailer
        None: no mail leaves; such notices wait.
    poster
        Calls webhooks.
    hooks
        Receivers of the settings, by name.
    webhook_secret
        Signs the webhooks that requests name.
    """

    def __init__(
        self,
        *,
        mailer: Mailer | None,
        sender: str,
        poster: HookPoster,
        hooks: Mapping[str, HookSettings],
        webhook_secret: str | None = None,
    ) -> None:
        self.has_mailer = mailer is not None
        self._mailer = mailer
        self._sender = sender
        self._poster = poster
        self._hooks = hooks
        self._secret = webhook_secret

    def deliver(self, notices: list[Notice]) -> None:
        """Tell one notice, or several of `may_join` for one recipient in one mail.

        Raises the errors of `ports.mailer` and `ports.hook`, and `ReceiverGone`.
        """
        first = notices[0]
        if first.is_mail:
            self._mail(notices)
        elif first.recipient.startswith(HOOK_PREFIX):
            self._hook(first, first.recipient.removeprefix(HOOK_PREFIX))
        else:
            self._webhook(first, first.recipient, self._secret)

    def _mail(self, notices: list[Notice]) -> None:
        if self._mailer is None:
            return
        first = notices[0]
        if len(notices) == 1:
            letter, key = letter_of(first.event, first.facts), first.facts.key
        else:
            letter = digest_of([(notice.event, notice.facts) for notice in notices])
            key = "\n".join(sorted(notice.facts.key for notice in notices))
        latest = max(notice.facts.occurred_at for notice in notices)
        self._mailer.send(compose(letter, Envelope(self._sender, first.recipient, latest, key)))

    def _hook(self, notice: Notice, name: str) -> None:
        hook = self._hooks.get(name)
        if hook is None:
            raise ReceiverGone(f"The settings have no hook {name!r}.")
        url = hook.url.get_secret_value()
        if hook.format == "slack":
            self._poster.post(url, slack_body(notice.event, notice.facts), {})
        else:
            secret = hook.secret.get_secret_value() if hook.secret else None
            self._webhook(notice, url, secret)

    def _webhook(self, notice: Notice, url: str, secret: str | None) -> None:
        body = webhook_body(notice.event, notice.facts)
        headers = webhook_headers(notice.facts.key, body, secret, datetime.now(UTC))
        self._poster.post(url, body, headers)
