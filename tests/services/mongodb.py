"""Starts a server of MongoDB's protocol on a free loopback port for the tests, and stops it.

    python -m tests.services.mongodb up      prints mongodb://127.0.0.1:port
    python -m tests.services.mongodb down

The URL is what ``pytest --service mongodb=URL`` takes, as it takes that of MongoDB itself. This
server is made by others, on SQLite, and installed from PyPI: neither Debian nor PyPI has MongoDB.
It knows neither users nor TLS.
"""

import argparse
import sys
from pathlib import Path

from .s3_server import free_ports, install, spawn, stop, wait_for

REQUIREMENT = "nx-27017==0.8.1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("action", choices=("up", "down"))
    cache = Path.home() / ".cache" / "aind-data-transfer-service" / "services"
    parser.add_argument("--folder", type=Path, default=cache, help="default: %(default)s")
    arguments = parser.parse_args()
    folder = (arguments.folder / "mongodb").resolve()
    stop(folder / "run")
    if arguments.action == "up":
        programs = install(REQUIREMENT, folder / "venv")
        (folder / "run").mkdir(parents=True)
        sys.stdout.write(start(programs, folder / "run") + "\n")


def start(programs: Path, run: Path) -> str:
    (port,) = free_ports(1)
    log, pid = (f"--{name}-file={run / f'nx.{name}'}" for name in ("log", "pid"))
    command = (programs / "nx-27017", "--data-dir", "memory", "--port", str(port), log, pid)
    spawn(run, "mongodb", command)
    wait_for(run, port)
    return f"mongodb://127.0.0.1:{port}"


if __name__ == "__main__":
    main()
