"""The arrays of a stack: one for each level of resolution, Zarr v2, chunk by chunk.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html. Arrays are 5-D (t, c, z, y, x) with one t
and one c. Level 0 is compressed with little effort, as the noise of a camera gives no more for
more; the levels above are smoother. Blocks of 1 MiB keep Blosc's shuffled bytes of like
significance together: smaller and faster than its own choice.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numcodecs import Blosc, get_codec
from numpy.typing import NDArray

from ...files import write_whole
from ..errors import LosslessProofFailed

_BLOCK = 1 << 20
_EFFORT_FULL, _EFFORT_ABOVE = 1, 3

Planes = NDArray[np.uint16]
Place = tuple[int, int, int]


def shapes(shape: Place, levels: int) -> list[Place]:
    """Return the shape of each level: half of the one before, while an axis has a voxel left."""
    found = [shape]
    while len(found) < levels and min(found[-1]) > 1:
        depth, height, width = found[-1]
        found.append((depth // 2, height // 2, width // 2))
    return found


@dataclass(frozen=True)
class Level:
    """One level of resolution, on disk."""

    folder: Path
    number: int
    shape: Place
    largest_chunk: Place

    @cached_property
    def chunk(self) -> Place:
        """Voxels of a chunk along z, y and x."""
        z, y, x = (min(pair) for pair in zip(self.shape, self.largest_chunk, strict=True))
        return z, y, x

    @cached_property
    def _reader(self) -> Any:
        """The decoder that the array's own metadata name, as any reader makes it."""
        return get_codec(json.loads((self.folder / ".zarray").read_bytes())["compressor"])

    @cached_property
    def _writer(self) -> Blosc:
        effort = _EFFORT_ABOVE if self.number else _EFFORT_FULL
        return Blosc(cname="zstd", clevel=effort, shuffle=Blosc.SHUFFLE, blocksize=_BLOCK)

    def create(self) -> None:
        """Make the folder with the array's metadata."""
        self.folder.mkdir(parents=True)
        metadata = {
            "zarr_format": 2,
            "shape": [1, 1, *self.shape],
            "chunks": [1, 1, *self.chunk],
            "dtype": "<u2",
            "order": "C",
            "fill_value": 0,
            "filters": None,
            "compressor": self._writer.get_config(),
            "dimension_separator": "/",
        }
        write_whole(self.folder / ".zarray", json.dumps(metadata, indent=4).encode())

    def places(self, first_plane: int) -> list[Place]:
        """Return the chunks of the slab that begins at a plane, and make their folders."""
        _, rows, columns = (
            range(-(-size // step)) for size, step in zip(self.shape, self.chunk, strict=True)
        )
        slab = first_plane // self.chunk[0]
        for row in rows:
            (self.folder / f"0/0/{slab}/{row}").mkdir(parents=True, exist_ok=True)
        return list(product([slab], rows, columns))

    def store(self, place: Place, slab: Planes) -> Path:
        """Write one chunk of a slab, decode what is on disk and compare; returns the file.

        Raises `LosslessProofFailed`.
        """
        voxels = self.voxels(place, slab)
        path = self._path(place)
        path.write_bytes(self._writer.encode(self._filled(voxels)))
        if not np.array_equal(self._read(place, voxels.shape), voxels):
            raise LosslessProofFailed(f"{path} does not decode to the voxels it was made from.")
        return path

    def require_readable(self) -> None:
        """Raise `LosslessProofFailed` unless zarr finds all chunks, and each at its place.

        Its reading of the last chunk is compared: there rows, columns and slabs all count.
        """
        array = zarr.open_array(str(self.folder), mode="r")
        chunks = sum(1 for path in (self.folder / "0").rglob("*") if path.is_file())
        last = [(size - 1) // step for size, step in zip(self.shape, self.chunk, strict=True)]
        starts = [place * step for place, step in zip(last, self.chunk, strict=True)]
        voxels = array[(0, 0, *(slice(start, None) for start in starts))]
        stored = self._read((last[0], last[1], last[2]), voxels.shape)
        if array.shape != (1, 1, *self.shape) or not np.array_equal(voxels, stored):
            raise LosslessProofFailed(f"{self.folder}: zarr does not read what was stored.")
        if chunks != array.nchunks:
            raise LosslessProofFailed(f"{self.folder}: {chunks} chunks of {array.nchunks}.")

    def _read(self, place: Place, shape: tuple[int, ...]) -> Planes:
        """Return the voxels of a chunk from disk, without what lies beyond the array."""
        decoded = self._reader.decode(self._path(place).read_bytes())
        depth, height, width = shape
        return np.frombuffer(decoded, "<u2").reshape(self.chunk)[:depth, :height, :width]

    def _path(self, place: Place) -> Path:
        return self.folder / "0/0" / "/".join(map(str, place))

    def voxels(self, place: Place, slab: Planes) -> Planes:
        """Return the part of a slab that lies in a chunk."""
        (_, row, column), (_, height, width) = place, self.chunk
        return slab[:, row * height : (row + 1) * height, column * width : (column + 1) * width]

    def _filled(self, voxels: Planes) -> Planes:
        """Return the voxels as a whole chunk; what lies beyond the array is zero."""
        if voxels.shape == self.chunk:
            return np.ascontiguousarray(voxels)
        whole = np.zeros(self.chunk, "<u2")
        depth, height, width = voxels.shape
        whole[:depth, :height, :width] = voxels
        return whole
