"""Where task programs run: processes on this machine, or jobs of a cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from ..errors import Unavailable


class ExecutorUnavailable(Unavailable):
    """The executor does not answer."""

    code = "executor_unavailable"


@dataclass(frozen=True, slots=True)
class Resources:
    """What one task program needs."""

    cpus: int = 1
    memory_mb: int = 1024


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """One attempt to run, described by the ``spec.json`` in its folder."""

    key: str
    """Unique and always the same for this attempt: job, task, map index, attempt."""
    folder: Path
    resources: Resources


Handle = Mapping[str, str | int]
"""What an executor needs to find a launched attempt again; kept in the database as JSON."""


class RunState(StrEnum):
    """What an executor knows of an attempt."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    """It is over; ``result.json`` says how, if it got so far."""


@dataclass(frozen=True, slots=True)
class RunStatus:
    """State of one attempt, with the reason where the executor knows one."""

    state: RunState
    reason: str | None = None
    exit_code: int | None = None
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What is worth showing while it runs."""


class Executor(Protocol):
    """Runs task programs. All methods block for a moment only and may be called from any thread."""

    @property
    def name(self) -> str:
        """``local``, ``slurm`` or ``polling``."""
        ...

    @property
    def cpus(self) -> int:
        """CPUs one program may have at most."""
        ...

    def start(self, request: LaunchRequest) -> Handle | None:
        """Start the attempt, or find it if it was started before; None when there is no room now.

        Safe to repeat after a crash at any point: one attempt never runs twice at a time.
        """
        ...

    def poll(self, handles: Sequence[Handle]) -> list[RunStatus]:
        """Tell the state of many attempts at once, in the order given."""
        ...

    def cancel(self, handle: Handle) -> None:
        """End the attempt and all it started; returns when that is requested, safe to repeat."""
        ...

    def end_all(self) -> None:
        """End the programs that may not outlive this worker, at once and without asking."""
        ...
