"""Keeps a child process running."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long to wait before a child that died is started again, in seconds."""

    first: float = 0.5
    factor: float = 2.0
    longest: float = 30.0
    settled_after: float = 60.0
    """A child that lived so long begins anew with the first pause."""

    def next(self, pause: float | None, lived: float) -> float:
        """Return the pause after ``pause`` (None: there was none yet)."""
        if pause is None or lived >= self.settled_after:
            return self.first
        return min(pause * self.factor, self.longest)


class Supervisor:
    """Starts a program, and starts it again whenever it ends, until told to stop."""

    def __init__(self, command: Sequence[str], *, back_off: BackOff | None = None) -> None:
        self._command = list(command)
        self._back_off = back_off or BackOff()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="supervisor", daemon=True)
        self._thread.start()

    def stop(self, *, within: float) -> None:
        """End the child: politely at first, and by force after ``within`` seconds."""
        with self._lock:
            self._stopping.set()
            child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(within)
            except subprocess.TimeoutExpired:
                logger.warning("The worker did not end within %g s and is killed", within)
                child.kill()
        self._thread.join()

    def _keep(self) -> None:
        pause: float | None = None
        while (child := self._start()) is not None:
            begun = time.monotonic()
            exit_code = child.wait()
            if self._stopping.is_set():
                return
            pause = self._back_off.next(pause, time.monotonic() - begun)
            logger.error(
                "The worker ended (exit code %d); it is started again in %g s", exit_code, pause
            )
            self._stopping.wait(pause)

    def _start(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            # In a session of its own: Ctrl-C in a terminal is for us, and we end the child.
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                self._command, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True
            )
            return self._child
