"""A mailer that writes mails into a folder, for a service without a mail server."""

import re
from email import policy
from email.message import EmailMessage
from pathlib import Path

from ..files import write_whole
from ..ports.mailer import MailServerUnavailable

_NAME_LENGTH = 100
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


class FolderMailer:
    """Writes each mail to an ``.eml`` file; the same mail sent again gets the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the mail; raises `MailServerUnavailable` if it cannot be written."""
        self._make_folder()
        path = self._folder / file_name(message)
        try:
            write_whole(path, message.as_bytes(policy=policy.SMTP), mode=_FILE_MODE)
        except OSError as problem:
            raise MailServerUnavailable(f"{path} cannot be written: {problem}.") from problem

    def check(self) -> None:
        """Raise `MailServerUnavailable` if no mail could be written."""
        self._make_folder()
        probe = self._folder / ".check"
        try:
            write_whole(probe, b"", mode=_FILE_MODE)
            probe.unlink()
        except OSError as problem:
            raise MailServerUnavailable(
                f"The mail folder {self._folder} cannot be written to: {problem}."
            ) from problem

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        except OSError as problem:
            raise MailServerUnavailable(
                f"The mail folder {self._folder} cannot be made: {problem}."
            ) from problem


def file_name(message: EmailMessage) -> str:
    """Return a name that can be read, and that is the mail's own by its Message-ID."""
    words = re.sub(r"[^A-Za-z0-9.\-]+", "_", message["Subject"] or "mail").strip("_.")
    identity = re.sub(r"[^A-Za-z0-9]", "", (message["Message-ID"] or "").partition("@")[0])
    return f"{words[:_NAME_LENGTH]}-{identity[:32]}.eml"
