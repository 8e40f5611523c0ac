"""A small picture of a stack: its brightest voxels along z, at the lowest resolution."""

from pathlib import Path

import numpy as np
import zarr
from PIL import Image

_DARKEST, _BRIGHTEST = 1.0, 99.8  # percent of the voxels that are black, and not white
_LARGEST = 512  # pixels of the longer side


def write_picture(group: Path, path: Path) -> None:
    """Write the picture of a stored stack as a PNG file.

    Parameters
    ----------
    group
        The stack's Zarr group.
    path
        The file to write; the brightness is scaled to what the stack holds.
    """
    levels = zarr.open_group(str(group), mode="r")
    lowest = levels[max(levels.array_keys(), key=int)]
    depth = lowest.shape[2]
    projection = lowest[0, 0, 0]
    for first in range(0, depth, lowest.chunks[2]):
        slab = lowest[0, 0, first : first + lowest.chunks[2]]
        projection = np.maximum(projection, slab.max(axis=0))
    low, high = np.percentile(projection, [_DARKEST, _BRIGHTEST])
    scaled = (projection - low) * (255 / max(high - low, 1))
    picture = Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))
    picture.thumbnail((_LARGEST, _LARGEST))
    picture.save(path)
