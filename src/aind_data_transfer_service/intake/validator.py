"""Validates requests: small ones at once, large ones in a process of their own.

A request with 1000 jobs takes Python a quarter of a second. In the web server's process that would
hold up every other request, however quick: only one thread of a process runs Python at a time.
"""

import logging
from contextlib import suppress
from datetime import timedelta
from threading import Lock, Timer

from ..errors import Unavailable
from ..wire.v1 import NotJson
from .validation import Question, Verdict, validate
from .validation_process import ValidationProcess

logger = logging.getLogger(__name__)

LARGE_BYTES = 50_000
"""A hundred jobs, which take 20 ms."""
_IDLE = timedelta(seconds=10)


class ValidationBrokeOff(Unavailable):
    """The process that validates large requests ended before it had answered."""

    code = "validation_broke_off"
    what_to_do_default = "Send the request again; if it lasts, send fewer jobs at a time."


class Validator:
    """Validates the requests of many threads.

    Parameters
    ----------
    large_bytes
        Bodies of this size or more are validated in the other process, one after another.
    idle
        How long that process is kept for the next one.
    """

    def __init__(self, *, large_bytes: int = LARGE_BYTES, idle: timedelta = _IDLE) -> None:
        self._large_bytes = large_bytes
        self._idle_seconds = idle.total_seconds()
        self._lock = Lock()
        self._process: ValidationProcess | None = None
        self._timer: Timer | None = None
        self._uses = 0

    def validate(self, question: Question) -> Verdict:
        """Validate a request; raises `NotJson` or `ValidationBrokeOff`."""
        if len(question.body) < self._large_bytes:
            return validate(question)
        with self._lock:
            answer = self._ask(question)
            self._end_later()
        if isinstance(answer, NotJson):
            raise answer
        return answer

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _ask(self, question: Question) -> Verdict | NotJson:
        if self._process is not None:
            with suppress(EOFError, OSError):
                return self._process.ask(question)
            self._end()  # it has died since: try a new one
        self._process = ValidationProcess()
        try:
            return self._process.ask(question)
        except (EOFError, OSError) as problem:
            exit_code = self._end()
            logger.exception("The process that validates requests ended with %s", exit_code)
            raise ValidationBrokeOff(
                f"The validation of a request of {len(question.body):,} bytes broke off."
            ) from problem

    def _end_later(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._uses += 1
        self._timer = Timer(self._idle_seconds, self._end_unless_used, [self._uses])
        self._timer.daemon = True
        self._timer.start()

    def _end_unless_used(self, since: int) -> None:
        with self._lock:
            if self._uses == since:
                self._end()

    def _end(self) -> int | None:
        """End the process and return its exit code."""
        if self._timer is not None:
            self._timer.cancel()
        process, self._process = self._process, None
        return None if process is None else process.end()
