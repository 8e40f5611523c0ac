"""A task program for cluster tests: ``cluster_program.py CONTROL_FOLDER SPEC``.

Each run adds a line to ``CONTROL_FOLDER/ran``: map index, attempt, Slurm job, array index. While
``hold`` is there it waits. ``fail.INDEX`` makes the first attempt of an element fail,
``burn.INDEX`` ends every one without a result. Whatever ``eat`` has, so many MB of memory it takes.
"""

import os
import sys
import time
from pathlib import Path

from aind_data_transfer_service.errors import Unavailable
from aind_data_transfer_service.tasks.context import Done, Outcome, TaskContext
from aind_data_transfer_service.tasks.program import run_program

_LOOKED_AT_SECONDS = 4
"""So that Slurm sees, where it looks once a second."""


def scripted(ctx: TaskContext) -> Outcome:
    """Do what the files say."""
    control, spec = Path(sys.argv[1]), ctx.spec
    job, index = os.environ.get("SLURM_JOB_ID"), os.environ.get("SLURM_ARRAY_TASK_ID")
    with (control / "ran").open("a") as ran:
        ran.write(f"{spec.map_index},{spec.attempt},{job},{index}\n")
    while (control / "hold").exists():
        time.sleep(0.05)
    if (control / "eat").exists():
        eaten = b"x" * (int((control / "eat").read_text()) << 20)
        time.sleep(_LOOKED_AT_SECONDS)
        del eaten
    if (control / f"fail.{spec.map_index}").exists() and spec.attempt == 1:
        raise Unavailable("The script says so.")
    if (control / f"burn.{spec.map_index}").exists():
        sys.stderr.write("it burns\n")
        sys.stderr.flush()
        os._exit(3)
    return Done({"element": spec.map_index})


sys.exit(run_program(Path(sys.argv[2]).parent, scripted))
