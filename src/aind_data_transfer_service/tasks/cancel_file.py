"""A program ends itself when somebody who cannot reach it leaves a file in its folder.

So one element of a job array can be cancelled, and a program on a machine that is not ours.
"""

import os
import signal
import threading
import time
from pathlib import Path

from .spec import CANCEL_FILE

_LOOK_SECONDS = 2.0
_PATIENCE_SECONDS = 30.0


def cancel_is_wanted(folder: Path) -> bool:
    """Whether the file is there; asked of the folder, for NFS remembers a while what is not."""
    return CANCEL_FILE in os.listdir(folder)  # noqa: PTH208 - names are all that is needed


def watch_for_cancel(folder: Path) -> None:
    """From now on, end this process when the file is there: by SIGTERM, later by SIGKILL."""
    threading.Thread(target=_watch, args=(folder,), name="cancel", daemon=True).start()


def _watch(folder: Path) -> None:
    while not cancel_is_wanted(folder):
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
