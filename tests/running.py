"""The service in a process of its own, as its users start it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aind_data_transfer_service.cli.service.everything import READY

_START = [sys.executable, "-m", "aind_data_transfer_service.cli", "up", "--port", "0"]


@contextmanager
def running(folder: Path, *options: str) -> Iterator[str]:
    """Run the service with its home in a folder; yields its address."""
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [*_START, "--home", str(folder / "home"), *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(READY), (folder / "log").read_text()
        try:
            yield line.removeprefix(READY).strip()
        finally:
            process.terminate()
