"""Looks at many folders at once, for as long as an answer may wait for them."""

import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Semaphore, Thread

from ..count import Counter
from ..paths import unlike_a_folder

_THREADS = 32
_FILES = 20_000
"""Most files to count in one folder."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a folder."""

    problem: str | None = None
    """Why it cannot be uploaded from."""
    looked: bool = True
    """False: there was no answer in time."""
    files: int | None = None
    """None: not counted."""
    bytes: int | None = None
    complete: bool = False
    """Whether all files were counted."""

    @property
    def exists(self) -> bool | None:
        """Whether it is a folder that can be looked at; None if there was no answer."""
        return self.problem is None if self.looked else None


@dataclass
class _Batch:
    """Paths to do one thing with, for which one caller waits."""

    task: Callable[[str], None]
    paths: deque[str]
    done: Semaphore = field(default_factory=lambda: Semaphore(0))


class FolderLooker:
    """Looks at folders in threads of its own.

    A share that hangs keeps the threads that look at it, but no caller, and not the process: they
    are daemons, and there are never more than ``threads``.
    """

    def __init__(self, threads: int = _THREADS) -> None:
        self._most = threads
        self._threads: list[Thread] = []
        self._lock = Lock()
        self._batches: SimpleQueue[_Batch] = SimpleQueue()

    def look(
        self, paths: Collection[str], *, roots: Sequence[Path], seconds: float
    ) -> dict[str, Seen]:
        """Return what is seen of each folder within that time: whether it is there, then its size.

        Folders that lead out of ``roots`` by links are not counted; no roots means anywhere.
        """
        deadline = time.monotonic() + seconds
        seen = dict.fromkeys(paths, Seen(looked=False))

        def find(path: str) -> None:
            seen[path] = Seen(unlike_a_folder(path))

        def count(path: str) -> None:
            counter = Counter(
                seconds=deadline - time.monotonic(),
                files=_FILES,
                roots=[root.resolve() for root in roots],
            )
            counted = counter.folder(Path(path))
            if counted.files or counted.problem is None:
                seen[path] = Seen(
                    files=counted.files, bytes=counted.bytes, complete=counted.complete
                )

        self._run(find, list(seen), deadline)
        self._run(count, [path for path, each in seen.items() if each.exists], deadline)
        return dict(seen)

    def _run(self, task: Callable[[str], None], paths: Sequence[str], deadline: float) -> None:
        """Do a task for each path, and return when all are done or the time is over."""
        batch = _Batch(task, deque(paths))
        hands = min(len(paths), self._most)
        self._start(hands)
        for _ in range(hands):
            self._batches.put(batch)
        for _ in paths:
            if not batch.done.acquire(timeout=max(0.0, deadline - time.monotonic())):
                break
        batch.paths.clear()

    def _start(self, wanted: int) -> None:
        with self._lock:
            while len(self._threads) < wanted:
                thread = Thread(target=self._work, name="folders", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _work(self) -> None:
        while True:
            batch = self._batches.get()
            try:
                path = batch.paths.popleft()
            except IndexError:
                continue  # all of it is taken, or nobody waits any more
            self._batches.put(batch)  # behind the others: each caller has its turn
            batch.task(path)
            batch.done.release()
