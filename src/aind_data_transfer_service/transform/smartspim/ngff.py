"""Metadata of a stack's Zarr group: OME-NGFF 0.4, https://ngff.openmicroscopy.org/0.4/."""

import colorsys
from typing import Any

from .acquisition import VoxelSize
from .stacks import Stack, emission_wavelength

_VERSION = "0.4"
_SPACE = "micrometer"
# Nanometres and hues, parts of a circle that begins at red: violet, blue, cyan, green … red.
_HUES = ((400, 0.78), (450, 0.67), (490, 0.5), (525, 0.37), (570, 0.19), (600, 0.08), (645, 0.0))
_RED = 645
_DISPLAYED = 350  # counts: tissue is dim, and the camera's offset about 100
_LARGEST = 65535


def attributes(stack: Stack, voxel_size: VoxelSize, levels: int) -> dict[str, Any]:
    """Return the attributes of the group that holds the levels ``0``, ``1`` and so on."""
    return {
        "multiscales": [_multiscale(stack, voxel_size, levels)],
        "omero": _omero(stack),
    }


def _multiscale(stack: Stack, voxel_size: VoxelSize, levels: int) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "name": f"/{_folder(stack)}",
        "axes": [
            {"name": "t", "type": "time", "unit": "millisecond"},
            {"name": "c", "type": "channel"},
            *({"name": axis, "type": "space", "unit": _SPACE} for axis in "zyx"),
        ],
        "datasets": [
            {
                "path": str(level),
                "coordinateTransformations": [
                    {
                        "type": "scale",
                        "scale": [1.0, 1.0, *(size * 2.0**level for size in voxel_size)],
                    }
                ],
            }
            for level in range(levels)
        ],
        "type": "mean",
        "metadata": {
            "description": "Each level is the mean of 2 x 2 x 2 voxels of the one before, rounded"
            " down; an odd last plane, row or column is left out."
        },
    }


def _omero(stack: Stack) -> dict[str, Any]:
    return {
        "id": 1,
        "name": _folder(stack),
        "version": _VERSION,
        "channels": [
            {
                "active": True,
                "coefficient": 1,
                "color": colour(emission_wavelength(stack.channel) or _RED),
                "family": "linear",
                "inverted": False,
                "label": stack.channel,
                "window": {"min": 0, "max": _LARGEST, "start": 0, "end": _DISPLAYED},
            }
        ],
        "rdefs": {"defaultT": 0, "defaultZ": len(stack.slices) // 2, "model": "color"},
    }


def colour(wavelength: int) -> str:
    """Return about the colour of light of some nanometres, as RRGGBB."""
    after = next((i for i, (end, _) in enumerate(_HUES) if wavelength <= end), len(_HUES) - 1)
    (start, first), (end, last) = _HUES[max(after - 1, 0)], _HUES[after]
    part = min(max((wavelength - start) / (end - start), 0), 1) if end > start else 0
    rgb = colorsys.hsv_to_rgb(first + part * (last - first), 1, 1)
    return "".join(f"{round(255 * value):02X}" for value in rgb)


def _folder(stack: Stack) -> str:
    return f"{stack.folder.name}.ome.zarr"
