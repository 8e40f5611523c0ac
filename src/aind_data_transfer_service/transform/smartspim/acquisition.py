"""The size of a voxel, as ``acquisition.json`` tells it.

aind-data-schema 1.x lists ``tiles``, each with ``coordinate_transformations`` of which one is
``{"type": "scale", "scale": [x, y, z]}``, numbers or text, in micrometres. 2.x has
``data_streams[].configurations[].images[].image_to_acquisition_transform``, of which one is
``{"object_type": "Scale", "scale": […]}`` in the order and unit of the axes of the coordinate
system, the configuration's own or the acquisition's.
"""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import SourceProblem

FILE = "acquisition.json"

_CODE = "smartspim_acquisition_invalid"
_AXES = ("X", "Y", "Z")
_MICROMETRES = {"micrometer": 1.0, "um": 1.0, "millimeter": 1000.0, "nanometer": 0.001}

VoxelSize = tuple[float, float, float]


class _Wrong(ValueError):
    """Why the file tells no voxel size."""


def read_voxel_size(source: Path) -> VoxelSize | SourceProblem:
    """Return the micrometres of a voxel along z, y and x, or what is wrong with the file."""
    path = source / FILE
    hint = "; correct it, or give voxel_size in the modality's job_settings"
    try:
        return _agreed(list(_sizes(json.loads(path.read_bytes()))))
    except FileNotFoundError:
        return SourceProblem(_CODE, str(path), f"is missing: it tells the size of a voxel{hint}")
    except OSError as error:
        return SourceProblem(_CODE, str(path), f"cannot be read: {error.strerror}")
    except _Wrong as wrong:
        return SourceProblem(_CODE, str(path), f"does not tell the size of a voxel: {wrong}{hint}")
    except ValueError as error:
        return SourceProblem(_CODE, str(path), f"is not JSON: {error}{hint}")


def _agreed(sizes: list[VoxelSize]) -> VoxelSize:
    if not sizes:
        raise _Wrong("there is no scale of a tile (schema 1.x) or image (schema 2.x) in it")
    others = {size for size in sizes if size != sizes[0]}
    if others:
        raise _Wrong(f"tiles differ: {sizes[0]} and {min(others)} (z, y, x)")
    return sizes[0]


def _sizes(document: object) -> Iterator[VoxelSize]:
    if not isinstance(document, Mapping):
        raise _Wrong("it is not a JSON object")
    for tile in _objects(document.get("tiles")):
        for transform in _objects(tile.get("coordinate_transformations")):
            if transform.get("type") == "scale":
                yield _size(transform.get("scale"), _AXES, 1.0)
    for stream in _objects(document.get("data_streams")):
        for configuration in _objects(stream.get("configurations")):
            system = configuration.get("coordinate_system") or document.get("coordinate_system")
            for image in _objects(configuration.get("images")):
                for transform in _objects(image.get("image_to_acquisition_transform")):
                    if transform.get("object_type") == "Scale":
                        yield _size(transform.get("scale"), *_axes(system))


def _axes(system: object) -> tuple[tuple[str, ...], float]:
    """Return the order of a coordinate system's axes, and its unit in micrometres."""
    if not isinstance(system, Mapping):
        return _AXES, 1.0
    unit = str(system.get("axis_unit") or "micrometer")
    if unit not in _MICROMETRES:
        raise _Wrong(f"{unit!r} is not a unit of length that is known")
    names = tuple(str(axis.get("name")).upper() for axis in _objects(system.get("axes")))
    if sorted(names) != sorted(_AXES):
        raise _Wrong(f"the axes of its coordinate system are {', '.join(names)}, not X, Y and Z")
    return names, _MICROMETRES[unit]


def _size(scale: object, axes: tuple[str, ...], unit: float) -> VoxelSize:
    try:
        values = [float(value) * unit for value in scale]  # type: ignore[attr-defined]  # JSON
    except (TypeError, ValueError) as error:
        raise _Wrong(f"{scale!r} is not a scale") from error
    if len(values) != len(_AXES) or not all(math.isfinite(v) and v > 0 for v in values):
        raise _Wrong(f"{scale!r} is not a scale along three axes")
    by_axis = dict(zip(axes, values, strict=True))
    return by_axis["Z"], by_axis["Y"], by_axis["X"]


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, Mapping))
