"""A plain statement of what a stack's levels are, to compare with."""

from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from PIL import Image


def expected_levels(volume: NDArray[np.uint16], count: int) -> list[NDArray[np.uint16]]:
    """Return all levels: each the mean of 2 x 2 x 2 voxels, rounded down; odd ends left out."""
    levels = [volume]
    while len(levels) < count and min(levels[-1].shape) > 1:
        z, y, x = (size // 2 for size in levels[-1].shape)
        even = levels[-1][: 2 * z, : 2 * y, : 2 * x].astype(np.uint64)
        blocks = even.reshape(z, 2, y, 2, x, 2)
        levels.append((blocks.sum(axis=(1, 3, 5)) // 8).astype(np.uint16))
    return levels


def slices_of(folder: Path) -> NDArray[np.uint16]:
    """Return a stack's slices as Pillow reads them."""
    return np.stack([np.asarray(Image.open(path)) for path in sorted(folder.iterdir())])


def stored_levels(group: Path) -> list[NDArray[Any]]:
    """Return all levels of a Zarr group as zarr reads them."""
    opened = zarr.open_group(str(group), mode="r")
    return [opened[name][0, 0] for name in sorted(opened.array_keys())]
