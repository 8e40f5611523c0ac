"""``compress_data``, which waits after each finished stack for a line: ``… FOLDER``."""

import sys
from pathlib import Path

from aind_data_transfer_service.tasks.early_upload import EarlyUpload
from aind_data_transfer_service.tasks.program import run_program

add = EarlyUpload.add


def add_and_wait(self: EarlyUpload, folder: Path) -> None:
    """Have it sent, and go on when told."""
    add(self, folder)
    sys.stdin.readline()


EarlyUpload.add = add_and_wait  # type: ignore[method-assign]  # this program is for tests
sys.exit(run_program(Path(sys.argv[1])))
