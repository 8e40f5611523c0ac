"""``python -m aind_data_transfer_service.tasks run SPEC.json``."""

import sys
from pathlib import Path

from .program import run_program

_USAGE = "usage: python -m aind_data_transfer_service.tasks run SPEC.json"


def main(arguments: list[str]) -> int:
    """Run the attempt whose spec is named; returns the exit code."""
    match arguments:
        case ["run", spec] if Path(spec).is_file():
            return run_program(Path(spec).resolve().parent)
    sys.stderr.write(_USAGE + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
