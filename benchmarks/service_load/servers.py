"""Starts the servers to compare, each as its users start it, and looks at what they use."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil

from . import fakes

_PATIENCE_SECONDS = 60
_LOOK_EVERY_SECONDS = 0.02
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    name: str
    port: int
    process: psutil.Process
    start_seconds: float
    """From its start to its first answer."""

    def cpu_seconds(self) -> float:
        """Return the CPU time that the server and its children have used, ended ones too."""
        times = [process.cpu_times() for process in self._processes()]
        ended = sum(used.children_user + used.children_system for used in times)
        return ended + sum(used.user + used.system for used in times)

    def megabytes(self) -> float:
        """Return the resident memory of the server and its children."""
        return sum(process.memory_info().rss for process in self._processes()) / _MEGABYTE

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def ours(home: Path) -> Iterator[Server]:
    """Run this package's web server on what is in ``home``."""
    port = _free_port()
    command = [sys.executable, "-m", "aind_data_transfer_service.cli", "serve"]
    arguments = ["--port", str(port), "--home", str(home)]
    settings = {
        "AIND_DATA_TRANSFER_PATH_CHECKS": "off",
        "AIND_DATA_TRANSFER_PROJECT_NAMES": _listed(fakes.PROJECT_NAMES),
        "AIND_DATA_TRANSFER_LOG_LEVEL": "WARNING",
    }
    with _running("ours", [*command, *arguments], settings, port) as server:
        yield server


@contextmanager
def published(python: Path, airflow_runs: int) -> Iterator[Server]:
    """Run the published release beside a fake Airflow that has some runs."""
    port, fake_port = _free_port(), _free_port()
    fake = f"http://127.0.0.1:{fake_port}"
    settings = {
        "AIND_METADATA_SERVICE_PROJECT_NAMES_URL": f"{fake}/project_names",
        "AIND_AIRFLOW_SERVICE_URL": f"{fake}/dags/run_list_of_jobs/dagRuns",
        "AIND_AIRFLOW_SERVICE_JOBS_URL": f"{fake}/dags",
        "AIND_AIRFLOW_SERVICE_USER": "user",
        "AIND_AIRFLOW_SERVICE_PASSWORD": "password",
        "AIND_AIRFLOW_PARAM_PREFIX": "/aind/airflow/variables/job_types",
        "AIND_SSO_SECRET_NAME": "/aind/sso",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_EC2_METADATA_DISABLED": "true",
        "ENV_NAME": "local",
        "LOG_LEVEL": "WARNING",
    }
    fakes_command = [sys.executable, fakes.__file__, str(fake_port), str(airflow_runs)]
    command = [str(python), "-I", "-m", "uvicorn", "aind_data_transfer_service.server:app"]
    options = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "critical"]
    with (
        _running("fakes", fakes_command, {}, fake_port),
        _running("published", [*command, *options], settings, port) as server,
    ):
        yield server


@contextmanager
def _running(
    name: str, command: Sequence[str], settings: Mapping[str, str], port: int
) -> Iterator[Server]:
    begun = time.perf_counter()
    with subprocess.Popen(command, env={**os.environ, **settings}) as process:
        try:
            _wait_for_answer(process, port)
            seconds = time.perf_counter() - begun
            yield Server(name, port, psutil.Process(process.pid), seconds)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _wait_for_answer(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=10):
                return
        except HTTPError:
            return
        except (URLError, ConnectionError):
            time.sleep(_LOOK_EVERY_SECONDS)
    raise SystemExit(f"The server on port {port} does not answer")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _listed(names: Sequence[str]) -> str:
    return "[" + ",".join(f'"{name}"' for name in names) + "]"
