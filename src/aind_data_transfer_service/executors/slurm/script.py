"""The script of every job: the same text for all, but for what the administrator has set.

Nothing of a request is in it. The job's working directory has a folder, or a link to one, for each
element, named by the array index; without an array it is the attempt's folder itself.
"""

import shlex
import sys
from collections.abc import Sequence

from ...settings import SlurmSettings

_VERSION = "import aind_data_transfer_service as package; print(package.__version__)"


def task_program(settings: SlurmSettings) -> tuple[str, ...]:
    """Return the command that runs a spec on a node."""
    return (*_python(settings), "-m", "aind_data_transfer_service.tasks", "run")


def probe_script(settings: SlurmSettings, file: str) -> str:
    """Return a script that writes its node and the package's version there into ``file``."""
    version = shlex.join((*_python(settings), "-c", _VERSION))
    lines = [
        *_begin(settings.modules),
        f'echo "$(hostname) $({version})" > {file}.partial && mv {file}.partial {file}',
    ]
    return "\n".join(lines) + "\n"


def job_script(program: Sequence[str], modules: Sequence[str] = ()) -> str:
    """Return the script that runs ``program`` on the spec of this job's or element's attempt."""
    lines = [
        *_begin(modules),
        'cd -P -- "${SLURM_ARRAY_TASK_ID:-.}" || exit 66',
        f'exec {shlex.join(program)} "$PWD/spec.json"',
    ]
    return "\n".join(lines) + "\n"


def _python(settings: SlurmSettings) -> tuple[str, ...]:
    python = settings.python or sys.executable
    if settings.image is None:
        return (python,)
    binds = (word for bind in settings.binds for word in ("--bind", bind))
    return (*settings.image_command, *binds, settings.image, python)


def _begin(modules: Sequence[str]) -> tuple[str, ...]:
    """Return a script's first lines; modules are there for login shells only."""
    loads = (f"module load {shlex.quote(module)} || exit 69" for module in modules)
    return (f"#!/bin/bash{' -l' if modules else ''}", *loads)
