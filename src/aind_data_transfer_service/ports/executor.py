"""Where task programs run: processes on this machine, or jobs of a cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..errors import TransferError, Unavailable


class ExecutorUnavailable(Unavailable):
    """The executor does not answer."""

    code = "executor_unavailable"


class LaunchRefused(TransferError):
    """The executor will not run the program as it is asked for."""

    code = "launch_refused"
    what_to_do_default = (
        "Correct what the message names, in the request, the preset or the settings."
    )


@dataclass(frozen=True, slots=True)
class Resources:
    """What one task program needs."""

    cpus: int = 1
    memory_mb: int = 1024


@dataclass(frozen=True, slots=True)
class ArrayPlace:
    """An attempt's place among those that may start together, as one array of a cluster."""

    group: str
    """The same for all of them, and of nothing else."""
    folder: Path
    """Where the array may keep files of its own."""
    index: int
    size: int
    """How many there are in all, whether they start together or not."""
    at_once: int | None = None
    """Most of them that may run at the same time."""


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """One attempt to run, described by the ``spec.json`` in its folder."""

    key: str
    """Unique and always the same for this attempt: job, task, map index, attempt."""
    folder: Path
    resources: Resources
    properties: Mapping[str, Any] = field(default_factory=dict)
    """What to ask a cluster for: see `aind_data_transfer_service.domain.slurm_job`."""
    array: ArrayPlace | None = None
    had_too_little: Sequence[str] = ()
    """Codes of earlier attempts' errors, for those who then ask for more."""


Handle = Mapping[str, str | int]
"""What an executor needs to find a launched attempt again; kept in the database as JSON."""


class RunState(StrEnum):
    """What an executor knows of an attempt."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    """It is over; ``result.json`` says how, if it got so far."""
    UNKNOWN = "unknown"
    """Nobody can tell now; it is asked again."""


@dataclass(frozen=True, slots=True)
class RunStatus:
    """State of one attempt, with the reason where the executor knows one."""

    state: RunState
    reason: str | None = None
    exit_code: int | None = None
    problem: TransferError | None = None
    """What it is if the attempt ended without a result."""
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

        Safe to repeat after a crash at any point: one attempt never runs twice at a time. Raises
        `ExecutorUnavailable` if it is not known whether it was started, and `LaunchRefused` if it
        never will be.
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


@runtime_checkable
class ArrayExecutor(Executor, Protocol):
    """An executor that takes attempts of one group (`ArrayPlace`) together."""

    def start_together(self, requests: Sequence[LaunchRequest]) -> list[Handle | None]:
        """Do as `start` does, with one submission for all that were not started before."""
        ...
