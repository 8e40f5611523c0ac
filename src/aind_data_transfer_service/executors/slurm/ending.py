"""Judges how an attempt is, from what the cluster says and what it left in its folder.

Its own ``result.json`` counts first. Nothing ends on the word of a cluster alone: a program that
still holds the lock of its folder runs, whatever became of its job.
"""

import logging
import re
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from ...errors import TransferError
from ...ports.executor import Handle, RunState, RunStatus
from ...settings import SlurmSettings
from ...tasks.spec import ResultState
from ..attempt_files import is_locked, last_lines, own_end
from .batch import place_of
from .dialects import JobRecord
from .request import more_memory, more_time
from .states import (
    Meaning,
    SlurmJobFailed,
    SlurmJobLost,
    SlurmMemoryCeiling,
    SlurmOutOfMemory,
    SlurmTimeCeiling,
    SlurmTimeLimit,
    meaning_of,
    reason_text,
)

logger = logging.getLogger(__name__)

_LINES = 5
_NO_REASON = ("", "None")
_CEILINGS: dict[type[TransferError], type[TransferError]] = {
    SlurmOutOfMemory: SlurmMemoryCeiling,
    SlurmTimeLimit: SlurmTimeCeiling,
}
"""Errors after which an attempt gets more, and what they are when there is no more."""
_OWN_ENDS = (ResultState.SUCCESS, ResultState.SKIPPED, ResultState.FAILED)
"""What a result says that the cluster need not be asked about: a signal of Slurm's makes a program
leave that it was cancelled."""
_KILLED_FOR_MEMORY = re.compile(
    r"slurmstepd\S*: error: .*exceeded (\w+ )?memory limit", re.IGNORECASE
)
"""Where Slurm itself kills (``OverMemoryKill``) the state is FAILED, and only the log says why."""
_LAST_SIGNAL = 64
"""Slurm gives others, 125 for one, that are none."""
_LAG = 10
"""So many times as long a job is waited for that is forgotten, but goes on in the accounting."""


class Endings:
    """Remembers when something odd was first seen, to believe it only after a while."""

    def __init__(self, settings: SlurmSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._first_seen: dict[str, float] = {}

    def status(
        self, handle: Handle, record: JobRecord | None, accounted: JobRecord | None = None
    ) -> RunStatus:
        """Return how an attempt is.

        ``record`` is None if the controller knows no such job; ``accounted`` is what the
        accounting then says of it.
        """
        folder = Path(str(handle["folder"]))
        if record is None:
            return self._of_unknown(handle, folder, accounted)
        meaning = meaning_of(record.states)
        if meaning.state is not RunState.ENDED:
            self._first_seen.pop(str(folder), None)
            return RunStatus(meaning.state, reason=_of_waiting(record, meaning))
        end = own_end(folder)
        if end in _OWN_ENDS:
            return RunStatus(RunState.ENDED, exit_code=record.exit_code)
        if is_locked(folder):
            text = f"Slurm says {_said(record)}, but the program still holds its folder's lock"
            return RunStatus(RunState.RUNNING, reason=text)
        waits = end is None and record.exit_code is not None
        return self._of_ended(folder, record, meaning, waits=waits)

    def is_open(self, handle: Handle) -> bool:
        """Whether an attempt has left no result that says all."""
        return own_end(Path(str(handle["folder"]))) not in _OWN_ENDS

    def forget_others(self, handles: Iterable[Handle]) -> None:
        """Forget attempts that nobody asks for any more."""
        asked = {str(handle["folder"]) for handle in handles}
        for folder in self._first_seen.keys() - asked:
            del self._first_seen[folder]

    def without_cluster(self, handle: Handle, why: str) -> RunStatus:
        """Return how an attempt is while the cluster does not answer."""
        if not self.is_open(handle):
            return RunStatus(RunState.ENDED)
        return RunStatus(RunState.UNKNOWN, reason=why)

    def _of_unknown(self, handle: Handle, folder: Path, accounted: JobRecord | None) -> RunStatus:
        """Judge a job that a controller in good health does not know."""
        end = own_end(folder)
        if end in _OWN_ENDS:
            return RunStatus(RunState.ENDED)
        if is_locked(folder):
            text = "Slurm does not know the job any more, but its program runs"
            return RunStatus(RunState.RUNNING, reason=text)
        if accounted is not None:
            meaning = meaning_of(accounted.states)
            if meaning.state is RunState.ENDED:
                source = "Slurm's accounting has "
                return self._of_ended(folder, accounted, meaning, waits=end is None, source=source)
        return RunStatus(RunState.ENDED) if end else self._of_lost(handle, folder, accounted)

    def _of_ended(
        self, folder: Path, record: JobRecord, meaning: Meaning, *, waits: bool, source: str = ""
    ) -> RunStatus:
        """Judge a job that has ended; ``waits``: whether a result may yet be seen."""
        if waits and not self._is_old(folder, self._settings.result_grace):
            return RunStatus(RunState.RUNNING, reason="It has ended; its result is waited for")
        problem = self._problem(folder, record, meaning, source)
        return RunStatus(
            RunState.ENDED, reason=problem.message, exit_code=record.exit_code, problem=problem
        )

    def _of_lost(self, handle: Handle, folder: Path, accounted: JobRecord | None) -> RunStatus:
        """Judge a job that left nothing and whose end nobody knows."""
        patience = self._settings.lost_after * (_LAG if accounted else 1)
        said = f"; its accounting says {_said(accounted)}" if accounted else ""
        if not self._is_old(folder, patience):
            return RunStatus(RunState.UNKNOWN, reason=f"Slurm does not know the job now{said}")
        problem = SlurmJobLost(
            f"Slurm does not know job {handle['job']} ({handle['name']}) any more, and it left no"
            f" result{said}.{_tail(folder)}"
        )
        return RunStatus(RunState.ENDED, reason=problem.message, problem=problem)

    def _is_old(self, folder: Path, age: timedelta) -> bool:
        now = self._clock()
        return now - self._first_seen.setdefault(str(folder), now) >= age.total_seconds()

    def _problem(
        self, folder: Path, record: JobRecord, meaning: Meaning, source: str
    ) -> TransferError:
        kind = meaning.error or SlurmJobLost
        if kind is SlurmJobFailed and any(map(_KILLED_FOR_MEMORY.match, _last_lines(folder))):
            kind = SlurmOutOfMemory
        text = f"{source}Slurm job {record.job_id} on {record.nodes or 'no node'}: {meaning.text}"
        text += f" ({_said(record)})."
        details: dict[str, Any] = {
            "slurm_job": record.job_id,
            "states": list(record.states),
            "nodes": record.nodes,
        }
        place = place_of(folder)
        if kind not in _CEILINGS or place is None:
            return kind(text + _tail(folder), **details)
        had = place[0].properties
        grown = (more_memory if kind is SlurmOutOfMemory else more_time)(had, self._settings)
        if not grown:
            kind, said = _CEILINGS[kind], " It had all that the settings allow."
        else:
            ((name, more),) = grown.items()
            said = f" It had {name} {had[name]}; the next attempt asks for {more}."
        return kind(text + said + _tail(folder), **details)


def _said(record: JobRecord) -> str:
    parts = ["+".join(record.states)]
    if record.reason not in _NO_REASON:
        parts.append(reason_text(record.reason))
    if record.exit_code is not None:
        parts.append(f"exit code {record.exit_code}")
    if record.signal is not None and record.signal <= _LAST_SIGNAL:
        parts.append(f"signal {record.signal}")
    return ", ".join(parts)


def _of_waiting(record: JobRecord, meaning: Meaning) -> str:
    """Return what is worth telling of a job that has not ended."""
    if record.states == ("RUNNING",):
        times = f", started {record.restarts + 1} times" if record.restarts else ""
        return f"Slurm job {record.id} runs on {record.nodes}{times}"
    reason = "" if record.reason in _NO_REASON else f": {reason_text(record.reason)}"
    again = f"; the cluster has put it back {record.restarts} times" if record.restarts else ""
    return f"Slurm job {record.id} ({'+'.join(record.states)}): {meaning.text}{reason}{again}"


def _last_lines(folder: Path) -> list[str]:
    return last_lines(folder, _LINES)


def _tail(folder: Path) -> str:
    lines = _last_lines(folder)
    return " The log ends with: " + " / ".join(lines) if lines else ""
