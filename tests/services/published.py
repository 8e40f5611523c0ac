"""Installs the published client packages for the tests, once, and prints their Python.

    python tests/services/published.py published       clients of V1: prints the path of a Python
    python tests/services/published.py published-v2    the client of V2
    python tests/services/published.py published-monitor    the pipeline monitor of Code Ocean
    python tests/services/published.py published-slurm      models of slurmrestd's newer versions

The path is what ``pytest --service published=PATH`` takes. Each environment is one of its own below
``--folder``, since their pins are not ours. Nothing runs, so nothing has to be stopped.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    names = ("published", "published-v2", "published-monitor", "published-slurm")
    parser.add_argument("packages", choices=names)
    cache = Path.home() / ".cache" / "aind-data-transfer-service" / "services"
    parser.add_argument("--folder", type=Path, default=cache, help="default: %(default)s")
    arguments = parser.parse_args()
    pins = HERE / f"{arguments.packages}.txt"
    sys.stdout.write(f"{install(pins, (arguments.folder / arguments.packages).resolve())}\n")


def install(pins: Path, environment: Path) -> Path:
    """Return the Python of an environment with these packages, made if they changed."""
    installed = environment / "installed.txt"
    python = environment / "bin" / "python"
    if not installed.exists() or installed.read_bytes() != pins.read_bytes():
        venv.create(environment, clear=True, with_pip=True)
        # Without dependencies: what is not pinned is not needed.
        pip = (python, "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", pins)
        subprocess.run(pip, check=True, stdout=sys.stderr)
        subprocess.run((python, "-m", "pip", "check"), check=True, stdout=sys.stderr)
        installed.write_bytes(pins.read_bytes())
    return python


if __name__ == "__main__":
    main()
