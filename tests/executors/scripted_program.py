"""The programs of the conformance suite: ``scripted_program.py SPEC``."""

import sys
from pathlib import Path

from aind_data_transfer_service.tasks.program import run_program
from aind_data_transfer_service.testing.executor_suite import scripted

sys.exit(run_program(Path(sys.argv[1]).parent, scripted))
