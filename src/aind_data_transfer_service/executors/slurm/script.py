"""The script of every job: the same text for all, but for what the administrator has set.

Nothing of a request is in it. The job's working directory has a folder, or a link to one, for each
element, named by the array index; without an array it is the attempt's folder itself.
"""

import shlex
import sys
from collections.abc import Sequence

from ...settings import SlurmSettings

_TASKS = ("-m", "aind_data_transfer_service.tasks", "run")


def task_program(settings: SlurmSettings) -> tuple[str, ...]:
    """Return the command that runs a spec on a node."""
    python = settings.python or sys.executable
    if settings.image is None:
        return (python, *_TASKS)
    binds = (word for bind in settings.binds for word in ("--bind", bind))
    return (*settings.image_command, *binds, settings.image, python, *_TASKS)


def job_script(program: Sequence[str], modules: Sequence[str] = ()) -> str:
    """Return the script that runs ``program`` on the spec of this job's or element's attempt."""
    lines = [
        f"#!/bin/bash{' -l' if modules else ''}",
        *(f"module load {shlex.quote(module)} || exit 69" for module in modules),
        'cd -P -- "${SLURM_ARRAY_TASK_ID:-.}" || exit 66',
        f'exec {shlex.join(program)} "$PWD/spec.json"',
    ]
    return "\n".join(lines) + "\n"
