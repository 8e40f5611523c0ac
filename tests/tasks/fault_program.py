"""A task program that ends as told: ``fault_program.py FOLDER HOW``."""

import logging
import os
import signal
import sys
from pathlib import Path

from aind_data_transfer_service.errors import InvalidInput
from aind_data_transfer_service.tasks.context import Done, Outcome, Skipped, TaskContext
from aind_data_transfer_service.tasks.program import run_program

FOLDER, HOW = Path(sys.argv[1]), sys.argv[2]


def work(_ctx: TaskContext) -> Outcome:
    """Do as told."""
    match HOW:
        case "skip":
            return Skipped("Nothing to do")
        case "fail":
            raise InvalidInput("Bad.")
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "talk":
            sys.stdout.write("printed\n")
            name = b"caf\xe9".decode(errors="surrogateescape")
            logging.getLogger("any").info("logged %s, password=hunter2", name)
        case "wait":
            tell_and_wait()
        case "end slowly":
            os.fsync = slow_fsync
    return Done()


def slow_fsync(fd: object) -> None:
    """Take long to write the result."""
    del fd
    tell_and_wait()


def tell_and_wait() -> None:
    """Say that it has begun, and go on when told."""
    (FOLDER / "begun").write_text("")
    sys.stdin.readline()


sys.exit(run_program(FOLDER, work))
