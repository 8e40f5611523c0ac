"""Writing one chunk of a Zarr array, and proving that it can be read back."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aind_data_transfer_service.transform.errors import LosslessProofFailed

_COPY_BLOCK = 128  # samples; turning an array's order in such blocks keeps it in the cache


@dataclass(frozen=True)
class StoredArray:
    """A Zarr (v2) array on disk and the source of its contents."""

    path: Path
    reader: Any
    """The Zarr array, opened from disk as any reader would."""
    compressor: Any
    read_source: Callable[[int, int], NDArray[Any]]

    @property
    def chunk_starts(self) -> range:
        """First sample of each chunk."""
        return range(0, self.reader.shape[0], self.reader.chunks[0])

    def stop(self, start: int) -> int:
        """Return where the chunk's samples end."""
        return int(min(start + self.reader.chunks[0], self.reader.shape[0]))


@dataclass(frozen=True)
class ChunkReport:
    """What a chunk cost, in seconds of its thread."""

    write_seconds: float
    proof_seconds: float


def store_chunk(array: StoredArray, start: int) -> ChunkReport:
    """Make the chunk that begins at sample ``start`` equal to the source.

    A chunk that an earlier attempt left is kept if it decodes to the source.

    Raises
    ------
    LosslessProofFailed
        If what was just written does not.
    """
    began = time.perf_counter()
    source = array.read_source(start, array.stop(start))
    path = _chunk_path(array, start)
    if path.exists() and _decodes_to(array, start, source):
        return ChunkReport(0, time.perf_counter() - began)
    path.write_bytes(_encode(array, source))
    written = time.perf_counter()
    if not _decodes_to(array, start, source):
        raise LosslessProofFailed(f"{path} does not decode to the source it was made from.")
    return ChunkReport(written - began, time.perf_counter() - written)


def _chunk_path(array: StoredArray, start: int) -> Path:
    index = [start // array.reader.chunks[0]] + [0] * (array.reader.ndim - 1)
    return array.path / ".".join(str(i) for i in index)


def _encode(array: StoredArray, source: NDArray[Any]) -> bytes:
    """Encode a whole chunk; the last of an array is filled up with zeros."""
    chunk = np.zeros(array.reader.chunks, array.reader.dtype, order=array.reader.order)
    for first in range(0, len(source), _COPY_BLOCK):
        block = source[first : first + _COPY_BLOCK]
        chunk[first : first + len(block)] = block
    encoded: bytes = array.compressor.encode(chunk)
    return encoded


def _decodes_to(array: StoredArray, start: int, source: NDArray[Any]) -> bool:
    try:
        stored = array.reader[start : start + len(source)]
    except (RuntimeError, ValueError):  # what codecs raise for damaged bytes
        return False
    # Compared as bits: a time may be NaN.
    bits = np.dtype(f"u{source.dtype.itemsize}")
    return np.array_equal(stored.view(bits), source.view(bits))
