"""Structured logs: a JSON object a line, with the ids of what is at work, without secrets."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

_context: ContextVar[dict[str, str] | None] = ContextVar("log_context", default=None)

_SENSITIVE = (
    r"[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|authorization|credential|signature|cookie"
    r"|(?:api|access|private)[_-]?key)[\w.-]*"
)
# A name with a secret's word in it, `=` or `:`, and the value: up to the quote that ends it (in
# JSON within JSON each has a backslash before it), or else as long as it can be.
_SECRET = re.compile(
    rf"""(?ix)
    ( (?<![\w.-]){_SENSITIVE} \\*["']? \s*[=:]\s* )
    (?: b?(?P<quote>["'])(?:\\.|(?!(?P=quote)).)*(?P=quote)
      | (?P<escaped>\\+["']).*?(?<!\\)(?P=escaped)
      | (?:(?:bearer|basic|aws4-hmac-sha256)\s+)? ["']?[^\s"'&]+ )
    """
)
_BEARER = re.compile(r"(?i)(\bbearer\s+)[\w.~+/=-]{12,}")
_OWN_TOKEN = re.compile(r"(adt_[0-9a-f]{12}_)[\w-]{43}")
_URL_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s/]+@")


def redact(text: str) -> str:
    """Return ``text`` with what looks like a secret's value replaced by ``***``."""
    text = _OWN_TOKEN.sub(r"\1***", _URL_PASSWORD.sub(r"\1***@", text))
    return _BEARER.sub(
        r"\1***", _SECRET.sub(r"\1\g<quote>\g<escaped>***\g<escaped>\g<quote>", text)
    )


@contextmanager
def log_context(**ids: str) -> Iterator[None]:
    """Add ids (submission, job, task …) to every line logged inside."""
    token = _context.set({**(_context.get() or {}), **ids})
    try:
        yield
    finally:
        _context.reset(token)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            **(_context.get() or {}),
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """Plain lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, and its traceback if there is one."""
        when = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        ids = " ".join(f"{key}={value}" for key, value in (_context.get() or {}).items())
        text = f"{when} {record.levelname:<7} {record.getMessage()}" + (f" [{ids}]" if ids else "")
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return redact(text)


def set_up_logging(level: str, style: Literal["json", "text"]) -> None:
    """Send all logs to standard error in one style."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(level)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "botocore", "boto3", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
