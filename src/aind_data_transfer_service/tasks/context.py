"""What a task function has at hand: its spec, progress, the store; and how it says it is done."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from ..ports.object_store import ObjectStore
from ..storage.open import open_store
from .spec import CREDENTIALS_FILE, PROGRESS_FILE, SmtpNotice, TaskSpec

_REPORT_EVERY_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Done:
    """A task's work is done.

    ``outputs`` are small JSON values: later tasks find them in their ``earlier``, and the
    portal shows them.
    """

    outputs: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[SmtpNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """There was nothing to do, for a reason worth showing."""

    reason: str


Outcome = Done | Skipped


@dataclass(frozen=True, slots=True)
class Waiting:
    """There is nothing to do for a while; only polled tasks say so."""

    seconds: float
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What is worth showing meanwhile."""


class ProgressFile:
    """Writes how far a task is, at most four times a second. Any thread may call it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._next = 0.0
        self._done = 0
        self._total: int | None = None

    def add(self, amount: int) -> None:
        """Count ``amount`` more bytes."""
        with self._lock:
            self._done += amount
            self._report()

    def set(self, done: int, total: int | None = None) -> None:
        """Set the bytes done and, when known, the bytes there are in all."""
        with self._lock:
            self._done = done
            if total is not None:
                self._total = total
            self._report()

    def close(self) -> None:
        """Write the last figure whatever the time."""
        with self._lock:
            self._next = 0.0
            self._report()

    def _report(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _REPORT_EVERY_SECONDS
        line = json.dumps({"at": time.time(), "done": self._done, "total": self._total})
        with self._path.open("a") as file:
            file.write(line + "\n")


class TaskContext:
    """Everything one attempt may use."""

    def __init__(self, spec: TaskSpec, folder: Path) -> None:
        self.spec = spec
        self.folder = folder
        self.staging = Path(spec.staging_folder)
        self.job_folder = Path(spec.job_folder)
        self.progress = ProgressFile(folder / PROGRESS_FILE)

    def store(self) -> ObjectStore:
        """Open the store that the job's asset goes to."""
        secrets = self.folder / CREDENTIALS_FILE
        return open_store(
            self.spec.plan.storage_url,
            endpoint_url=self.spec.storage.endpoint_url,
            region=self.spec.storage.region,
            credentials=json.loads(secrets.read_text()) if secrets.exists() else None,
        )
