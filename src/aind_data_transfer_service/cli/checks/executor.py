"""The executor: whether task programs start, and have what compression needs."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from ...settings import Settings
from ..failures import EXTRAS
from .finding import Finding, fail, ok, warn

_NAME = "executor"
_TIMEOUT_SECONDS = 60


def check_executor(_settings: Settings) -> Iterator[Finding]:
    """Start a program that loads what every task program does."""
    yield _program()
    missing = [lib for lib, extra in EXTRAS.items() if extra == "transforms" and not find_spec(lib)]
    if missing:
        yield warn(
            "compression",
            f"Not installed: {', '.join(missing)}; compressing recordings fails",
            "pip install 'aind-data-transfer-service[transforms]'",
        )
    else:
        yield ok("compression", "What it needs is installed")


def _program() -> Finding:
    command = [sys.executable, "-c", "import aind_data_transfer_service.tasks.program"]
    try:
        subprocess.run(  # noqa: S603 - our own program
            command, check=True, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS
        )
    except subprocess.CalledProcessError as problem:
        last = (problem.stderr.strip().splitlines() or ["no message"])[-1]
        return fail(_NAME, f"Task programs do not start: {last}", "Install the package anew.")
    except (OSError, subprocess.TimeoutExpired) as problem:
        return fail(_NAME, f"Task programs do not start: {problem}", "Install Python anew.")
    return ok(_NAME, f"Task programs start ({sys.executable})")
