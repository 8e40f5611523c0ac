"""Asks Slurm's accounting for jobs that the controller has forgotten.

Whether there is any is found out by asking. One that is absent or broken changes nothing: nothing
is known then, it is said once in the log, and asked again after a while.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping

from ...ports.executor import ExecutorUnavailable
from .dialects import JobRecord
from .rest import SlurmRest

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 60.0
_CLOCKS_APART_SECONDS = 3600
_NAMES_AT_ONCE = 50
"""So that addresses stay short."""
_REPLACED = ("REQUEUED",)
"""State of a record that another one of the same job follows."""


class Accounting:
    """What slurmdbd keeps of jobs for good, as slurmrestd tells it."""

    def __init__(self, rest: SlurmRest, clock: Callable[[], float] = time.time) -> None:
        self._rest = rest
        self._clock = clock
        self._ask_at = 0.0
        self._complained: str | None = None

    def records(self, submissions: Mapping[str, float]) -> dict[str, list[JobRecord]]:
        """Return what is known of submissions, by name; nothing of one that is not known.

        ``submissions`` maps the name of each to the Unix time since when it may be there. Of a
        job or element that was put back into the queue only the latest record is returned.
        """
        if not submissions or self._clock() < self._ask_at:
            return {}
        try:
            found = list(self._ask(submissions))
        except ExecutorUnavailable as problem:
            self._ask_at = self._clock() + _AGAIN_SECONDS
            if self._complained != problem.message:
                logger.warning("Slurm's accounting is not used: %s", problem.message)
            self._complained = problem.message
            return {}
        self._complained = None
        latest = {(record.name, record.id, record.array_task_id): record for record in found}
        known: dict[str, list[JobRecord]] = {}
        for record in latest.values():
            known.setdefault(record.name, []).append(record)
        return known

    def _ask(self, submissions: Mapping[str, float]) -> Iterator[JobRecord]:
        """Yield the records of just these names, oldest first."""
        sorted_names = sorted(submissions)
        for start in range(0, len(sorted_names), _NAMES_AT_ONCE):
            names = sorted_names[start : start + _NAMES_AT_ONCE]
            since = min(submissions[name] for name in names) - _CLOCKS_APART_SECONDS
            records = [r for r in self._rest.accounted(names, since) if r.name in submissions]
            yield from sorted(records, key=lambda r: (r.submitted_at, r.states != _REPLACED))
