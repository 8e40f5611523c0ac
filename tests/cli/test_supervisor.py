import os
import shlex
import sys
from pathlib import Path

import pytest

from aind_data_transfer_service.cli.service.supervisor import BackOff, Supervisor

QUICK = BackOff(first=0.001, longest=0.01)


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A pipe on disk: reading from it waits until a child has written."""
    os.mkfifo(tmp_path / "fifo")
    return tmp_path / "fifo"


def shell(script: str) -> list[str]:
    return ["sh", "-c", script]


class TestSupervisor:
    def test_starts_a_child_that_ended_again_and_again(self, fifo: Path) -> None:
        supervisor = Supervisor(shell(f"echo $$ > {shlex.quote(str(fifo))}"), back_off=QUICK)
        first, second = fifo.read_text(), fifo.read_text()
        supervisor.stop(within=0.01)  # the third waits for a reader
        assert first != second

    def test_ends_the_child_politely(self, fifo: Path, tmp_path: Path) -> None:
        ended = tmp_path / "ended"
        program = (
            "import pathlib, signal, sys\n"
            "def end(*_):\n"
            "    pathlib.Path(sys.argv[2]).touch()\n"
            "    sys.exit()\n"
            "signal.signal(signal.SIGTERM, end)\n"
            "pathlib.Path(sys.argv[1]).write_text('ready')\n"
            "while True:\n"
            "    signal.pause()\n"
        )
        command = [sys.executable, "-c", program, str(fifo), str(ended)]
        supervisor = Supervisor(command, back_off=QUICK)
        fifo.read_text()
        supervisor.stop(within=60)
        assert ended.exists()

    def test_kills_a_child_that_does_not_end(self, fifo: Path) -> None:
        script = f"trap '' TERM; echo $$ > {shlex.quote(str(fifo))}; while :; do sleep 60; done"
        supervisor = Supervisor(shell(script), back_off=QUICK)
        pid = int(fifo.read_text())
        supervisor.stop(within=0.01)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


class TestBackOff:
    def test_pauses_grow_to_the_longest(self) -> None:
        back_off = BackOff(first=1, factor=3, longest=5, settled_after=60)
        pauses = [back_off.next(None, 0)]
        for _ in range(3):
            pauses.append(back_off.next(pauses[-1], 0))
        assert pauses == [1, 3, 5, 5]

    def test_a_child_that_lived_long_begins_anew(self) -> None:
        assert BackOff(first=1, settled_after=60).next(30, lived=60) == 1
