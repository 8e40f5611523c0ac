"""A service of the demonstration's own: ``aind-data-transfer up`` as a child process."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...errors import TransferError
from ...settings import environment_without_settings
from ..service.everything import READY

_ENDS_WITHIN_SECONDS = 60.0
_LOG_LINES_SHOWN = 20


class DemoServiceFailed(TransferError):
    """The service of the demonstration did not start."""

    code = "demo_service_failed"
    what_to_do_default = "Read its log above; `aind-data-transfer doctor` may tell why."


@dataclass(frozen=True, slots=True)
class DemoService:
    """A service that runs until its context ends."""

    url: str
    process: subprocess.Popen[str]
    """`up` itself."""


@contextmanager
def demo_service(home: Path, *, log: Path, arguments: Sequence[str]) -> Iterator[DemoService]:
    """Run a service on a free port of this machine, untouched by settings in the environment.

    Raises `DemoServiceFailed`.
    """
    command = [sys.executable, "-m", "aind_data_transfer_service.cli", "up", "--port", "0"]
    with (
        log.open("w") as log_file,
        subprocess.Popen(  # noqa: S603 - our own program
            [*command, "--home", str(home), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log_file,
            text=True,
            env=environment_without_settings(),
            start_new_session=True,  # Ctrl-C is for us, and we end it
        ) as process,
    ):
        try:
            yield DemoService(_url(process, log), process)
        finally:
            process.terminate()
            try:
                process.wait(_ENDS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _url(process: subprocess.Popen[str], log: Path) -> str:
    """Return the address from the line it prints when it is ready."""
    line = process.stdout.readline() if process.stdout else ""
    if line.startswith(READY):
        return line.removeprefix(READY).strip()
    tail = "\n".join(log.read_text().splitlines()[-_LOG_LINES_SHOWN:])
    raise DemoServiceFailed(f"The service did not start. The end of its log:\n{tail}")
