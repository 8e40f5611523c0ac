"""The token that proves who submits: from the settings, a file or a command, renewed in time."""

import base64
import json
import logging
import subprocess
import threading
import time
from collections.abc import Callable

from ...ports.executor import ExecutorUnavailable
from ...settings import SlurmSettings

logger = logging.getLogger(__name__)

_COMMAND_SECONDS = 30
_LONGEST_MARGIN_SECONDS = 300.0


class Token:
    """A JWT (RFC 7519), read when it is first needed and again before it ends."""

    def __init__(self, settings: SlurmSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._renew_at: float | None = None
        self._ends_at: float | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the token says that its time is over."""
        return self._ends_at is not None and self._clock() >= self._ends_at

    def headers(self) -> dict[str, str]:
        """Return what goes with each request; nothing where none is set up (unix socket).

        Raises `ExecutorUnavailable` if the token cannot be read and there is none that is good.
        """
        with self._lock:
            if self._token is None or self.has_ended:
                self._read()
            elif self._renew_at is not None and self._clock() >= self._renew_at:
                self._renew_early()
            headers = {"X-SLURM-USER-TOKEN": self._token} if self._token else {}
            return headers | (
                {"X-SLURM-USER-NAME": self._settings.user} if self._settings.user else {}
            )

    def renew(self, refused: str | None) -> bool:
        """Read it again, because the server refused it; False if it is still the same."""
        with self._lock:
            if self._token == refused:
                self._read()
            return self._token != refused

    def _renew_early(self) -> None:
        """Read the next token while this one is good; if that fails, try again later."""
        try:
            self._read()
        except ExecutorUnavailable as problem:
            logger.warning("%s The one at hand is good for a while.", problem.message)
            if self._ends_at is not None:
                now = self._clock()
                self._renew_at = now + (self._ends_at - now) / 4

    def _read(self) -> None:
        text = self._text()
        # `scontrol token` prints SLURM_JWT=…
        self._token = text.strip().removeprefix("SLURM_JWT=") or None
        self._renew_at = self._ends_at = None
        life = _life(self._token) if self._token else None
        if life is not None:
            begin, end = life
            margin = min((end - (begin or self._clock())) / 4, _LONGEST_MARGIN_SECONDS)
            self._renew_at, self._ends_at = end - margin, end

    def _text(self) -> str:
        settings = self._settings
        if settings.token is not None:
            return settings.token.get_secret_value()
        if settings.token_file is not None:
            try:
                return settings.token_file.read_text()
            except (OSError, UnicodeDecodeError) as problem:
                raise ExecutorUnavailable(f"Slurm's token cannot be read: {problem}.") from problem
        if settings.token_command:
            return _output_of(settings.token_command)
        return ""


def _output_of(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the administrator's own command
            command, capture_output=True, check=True, text=True, timeout=_COMMAND_SECONDS
        )
    except subprocess.CalledProcessError as problem:
        said = (problem.stderr.strip().splitlines() or ["nothing"])[-1]
        raise ExecutorUnavailable(
            f"The command for Slurm's token, {command[0]}, failed with exit code"
            f" {problem.returncode} and said: {said}"
        ) from problem
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired) as problem:
        raise ExecutorUnavailable(f"The command for Slurm's token failed: {problem}.") from problem
    return done.stdout


def _life(token: str) -> tuple[float | None, float] | None:
    """Return when a token was made and when it ends, if it says so."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
        return claims.get("iat"), float(claims["exp"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
