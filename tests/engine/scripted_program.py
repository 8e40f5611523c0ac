"""A task program that does what a script says: ``scripted_program.py CONTROL_FOLDER SPEC``.

``CONTROL_FOLDER/<task_id>`` holds the script: ``block`` waits until the file ``go`` is there,
``die`` dies at once, ``ignore`` waits and cannot be asked to end. Each run adds a line to
``CONTROL_FOLDER/ran``. Without a script the task succeeds.
"""

import os
import signal
import sys
import time
from pathlib import Path

from aind_data_transfer_service.tasks.context import Done, Outcome, TaskContext
from aind_data_transfer_service.tasks.program import run_program


def scripted(ctx: TaskContext) -> Outcome:
    """Do what the script says."""
    control = Path(sys.argv[1])
    with (control / "ran").open("a") as ran:
        ran.write(f"{ctx.spec.task_id} {os.getpid()}\n")
    script = control / ctx.spec.task_id
    what = script.read_text() if script.exists() else ""
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "ignore":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ctx.progress.set(1, 2)
    while what and not (control / "go").exists():
        time.sleep(0.02)
    return Done({"pid": os.getpid()})


sys.exit(run_program(Path(sys.argv[2]).parent, scripted))
