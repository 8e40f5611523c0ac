"""Makes all levels of a stack in one pass over its slices, a slab of chunks' depth at a time.

Each level keeps one slab of planes in memory. When it is full, its chunks are stored, and it
begins anew. So memory does not grow with the number of slices.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from ..errors import LosslessProofFailed
from . import images
from .headers import Slice
from .kernels import halve
from .levels import Level, Place, Planes


class Buffers:
    """Memory for the slabs of one stack, then of the next: to get it anew takes long."""

    def __init__(self) -> None:
        self._planes: dict[int, Planes] = {}

    def of(self, level: Level) -> Planes:
        """Return memory for a slab of a level; what is in it is of no meaning."""
        shape = (level.chunk[0], *level.shape[1:])
        known = self._planes.pop(level.number, None)
        if known is None or known.shape != shape:
            known = None  # let go of it before there is more
            known = np.empty(shape, "<u2")
        self._planes[level.number] = known
        return known


class _Slab:
    """The planes of one level that are not stored yet."""

    def __init__(self, level: Level, planes: Planes) -> None:
        self.level = level
        self.planes = planes
        self.filled = 0
        self.stored = 0

    @property
    def is_full(self) -> bool:
        """Whether no plane can be added before these are stored."""
        depth = len(self.planes)
        return self.filled == depth or self.stored + self.filled == self.level.shape[0]


class Pyramid:
    """The levels of one stack while they are made.

    Parameters
    ----------
    levels
        From full resolution on, their folders made.
    pool
        Runs the work; not from within itself.
    buffers
        Memory for it, of which nothing else makes use.
    on_stored
        Called with the bytes of slices that are stored and proven.
    """

    def __init__(
        self,
        levels: Sequence[Level],
        pool: Executor,
        buffers: Buffers,
        on_stored: Callable[[int], None],
    ) -> None:
        self._slabs = [_Slab(level, buffers.of(level)) for level in levels]
        self._pool = pool
        self._on_stored = on_stored
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="sync")
        self._syncs: list[Future[None]] = []

    def make(self, slices: Sequence[Slice]) -> None:
        """Store all levels.

        Raises
        ------
        ImageUnreadable, SourceChanged
            For a slice that cannot be decoded.
        LosslessProofFailed
            If what is stored is not what was decoded, or what was decoded is not what Pillow
            decodes.
        """
        full = self._slabs[0]
        depth = len(full.planes)
        try:
            for first in range(0, len(slices), depth):
                part = slices[first : first + depth]
                self._decode(part)
                full.filled = len(part)
                self._store(0)
            for sync in self._syncs:
                sync.result()
        finally:
            self._disk.shutdown(cancel_futures=True)

    def _decode(self, slices: Sequence[Slice]) -> None:
        """Fill the slab of full resolution, two planes a task, and halve them while at hand."""
        pairs = range(0, len(slices), 2)
        self._run([partial(self._decode_pair, slices, first) for first in pairs])
        if len(self._slabs) > 1:
            self._slabs[1].filled += len(slices) // 2

    def _decode_pair(self, slices: Sequence[Slice], first: int) -> int:
        planes = self._slabs[0].planes
        for index in range(first, min(first + 2, len(slices))):
            images.decode(slices[index], planes[index])
        if first == 0:  # of each slab, one slice is decoded twice, by other means
            _compare(slices[0], planes[0])
        if first + 1 < len(slices):
            self._halve_pair(0, first)
        return 0

    def _halve_pair(self, number: int, first: int) -> int:
        """Make a plane of the level above from two planes of a slab."""
        if number + 1 < len(self._slabs):
            planes, above = self._slabs[number].planes, self._slabs[number + 1]
            halve(planes[first], planes[first + 1], above.planes[above.filled + first // 2])
        return 0

    def _store(self, number: int) -> None:
        """Store a full slab and empty it; then those above that are full by it."""
        slab = self._slabs[number]
        planes = slab.planes[: slab.filled]
        tasks: list[Callable[[], int]] = [
            partial(self._store_chunk, slab.level, place, planes)
            for place in slab.level.places(slab.stored)
        ]
        if number:
            pairs = range(0, slab.filled - 1, 2)
            tasks += [partial(self._halve_pair, number, first) for first in pairs]
        self._run(tasks)
        above = self._slabs[number + 1] if number + 1 < len(self._slabs) else None
        if number and above:
            above.filled += slab.filled // 2
        slab.stored += slab.filled
        slab.filled = 0
        if above and above.filled and above.is_full:
            self._store(number + 1)

    def _store_chunk(self, level: Level, place: Place, planes: Planes) -> int:
        """Store a chunk and return the bytes of slices in it."""
        path = level.store(place, planes)
        self._syncs.append(self._disk.submit(_sync, path))
        return 0 if level.number else level.voxels(place, planes).nbytes

    def _run(self, tasks: Sequence[Callable[[], int]]) -> None:
        for stored in self._pool.map(lambda task: task(), tasks):
            if stored:
                self._on_stored(stored)


def _compare(image: Slice, plane: Planes) -> None:
    if image.plain_png and not np.array_equal(plane, images.decode_with_pillow(image)):
        raise LosslessProofFailed(f"{image.path}: two decoders do not agree about it.")


def _sync(path: Path) -> None:
    """Write a file to disk while others are computed, so that nobody waits for it at the end."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
