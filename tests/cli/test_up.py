"""The whole service as a process, with a real worker below it."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from aind_data_transfer_service.cli.service.everything import READY
from aind_data_transfer_service.client import Client

from ..server.requests import request

COMMAND = [sys.executable, "-m", "aind_data_transfer_service.cli"]
PATIENCE_SECONDS = 60


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], check=False, capture_output=True, text=True)


@dataclass(frozen=True)
class Up:
    process: subprocess.Popen[str]
    url: str

    def worker(self) -> psutil.Process:
        """Return the worker that runs now."""
        (worker,) = psutil.Process(self.process.pid).children()
        return worker


@contextmanager
def up(folder: Path) -> Iterator[Up]:
    command = [*COMMAND, "up", "--port", "0", "--home", str(folder / "home")]
    with (
        (folder / "up.log").open("w") as log,
        subprocess.Popen(
            [*command, "--source-root", str(folder / "share")],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(READY), (folder / "up.log").read_text()
        try:
            yield Up(process, line.removeprefix(READY).strip())
        finally:
            process.terminate()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "share" / "behavior"
    source.mkdir(parents=True)
    (source / "data.csv").write_text("1,2\n")
    return source


def test_a_job_is_done_though_the_worker_was_killed_and_nothing_is_left(
    tmp_path: Path, source: Path
) -> None:
    modalities = [{"modality": "behavior", "source": str(source)}]
    with up(tmp_path) as service, Client(service.url) as client:
        service.worker().kill()
        (job,) = client.submit(request(modalities=modalities, user_email="a@example.org")).jobs
        ended = client.wait(job.job_id, timeout=PATIENCE_SECONDS)
        processes = psutil.Process(service.process.pid).children(recursive=True)
        service.process.send_signal(signal.SIGTERM)
        exit_code = service.process.wait(PATIENCE_SECONDS)
    assert exit_code == 0
    assert not any(process.is_running() for process in processes)
    log = (tmp_path / "up.log").read_text()
    assert "The worker ended (exit code -9)" in log
    assert ended.state == "success", ended.error
    assert run("verify", ended.location).returncode == 0


def test_a_worker_whose_parent_is_gone_ends(tmp_path: Path) -> None:
    with up(tmp_path) as service:
        worker = service.worker()
        service.process.kill()
        service.process.wait(PATIENCE_SECONDS)
        gone, _ = psutil.wait_procs([worker], timeout=PATIENCE_SECONDS)
    assert gone == [worker]


class TestUsage:
    def test_an_address_that_is_taken(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            result = run("up", "--home", str(tmp_path / "home"), "--port", port)
        assert result.returncode == 1
        assert "Code: address_not_free" in result.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--bucket", "open"],
            ["--bucket", "open=ftp://x"],
            ["--source-root", "share", "--port", "99999"],
            ["--config", "nope.toml"],
        ],
        ids=str,
    )
    def test_settings_that_are_not_valid(self, tmp_path: Path, arguments: list[str]) -> None:
        result = run("up", "--home", str(tmp_path / "home"), *arguments)
        assert result.returncode == 2
        assert not (tmp_path / "home").exists()
