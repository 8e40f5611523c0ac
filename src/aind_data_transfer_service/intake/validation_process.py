"""The process that validates large requests, from both sides.

``python -m aind_data_transfer_service.intake.validation_process`` answers pickled questions with
pickled verdicts over the socket that is its standard input, until that is closed.
"""

import gc
import socket
import subprocess
import sys
from multiprocessing.connection import Connection

from ..memory import give_back
from ..wire.v1 import NotJson
from .validation import Question, Verdict, validate

_COMMAND = (sys.executable, "-m", __spec__.name)
_ENDS_WITHIN_SECONDS = 1.0


class ValidationProcess:
    """A process that answers one question after another."""

    def __init__(self) -> None:
        ours, its = socket.socketpair()
        with its:
            # In a session of its own: Ctrl-C in a terminal is for us, and we end it.
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                _COMMAND, stdin=its.fileno(), stdout=sys.stderr, start_new_session=True
            )
        self._connection = Connection(ours.detach())

    def ask(self, question: Question) -> Verdict | NotJson:
        """Wait for the verdict; raises `EOFError` or `OSError` if the process is gone."""
        self._connection.send(question)
        answer: Verdict | NotJson = self._connection.recv()
        return answer

    def end(self) -> int:
        """End it and return its exit code."""
        self._connection.close()
        try:
            return self._process.wait(_ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def _answer(question: Question) -> Verdict | NotJson:
    try:
        return validate(question)
    except NotJson as problem:
        return problem


def _main() -> None:
    gc.freeze()  # all that is loaded by now stays
    gc.disable()  # looking for circles takes a quarter of the time, and there are next to none
    connection = Connection(sys.stdin.fileno())
    try:
        while True:
            connection.send(_answer(connection.recv()))
            give_back()  # nearly all is gone by now: this is quick
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # nobody asks any more


if __name__ == "__main__":
    _main()
