"""A SmartSPIM session with made-up tissue, for tests, benchmarks and demonstrations.

Voxels are the camera's offset, tissue that changes slowly, cells, and noise as a camera has it:
of reading, and of the light itself. The same seed gives the same session.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CHANNELS = ("Ex_488_Em_525", "Ex_561_Em_600", "Ex_639_Em_667")

_OFFSET = 100.0
_READ_NOISE = 3.0
_TISSUE = 60.0
_BRIGHTEST_CELL = 1500.0
_STEP_Z = 20  # tenths of a micrometre between slices, which are named by their place
_TILE_X, _TILE_Y = 32400, 25920  # tenths of a micrometre from tile to tile

Volume = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class SpimSize:
    """How large a session is."""

    channels: int = 1
    columns: int = 2
    rows: int = 1
    slices: int = 24
    height: int = 40
    width: int = 56
    cells: int = 20
    """In each stack."""


def write_session(
    folder: Path,
    size: SpimSize,
    *,
    seed: int = 0,
    suffix: Literal[".png", ".tif"] = ".png",
    schema: Literal[1, 2] = 1,
    workers: int = 1,
) -> Path:
    """Write a session with slices, ``acquisition.json`` and ``derivatives``; returns the folder."""
    tiles = []
    with ThreadPoolExecutor(workers) as pool:
        for number, (channel, column, row) in enumerate(_places(size)):
            x, y = 432380 + _TILE_X * column, 504340 + _TILE_Y * row
            tile = f"{CHANNELS[channel]}/{x}/{x}_{y}"
            stack = _Stack(size, (seed, number))
            stack_folder = folder / "SmartSPIM" / tile
            stack_folder.mkdir(parents=True)
            paths = [stack_folder / f"{z * _STEP_Z:06d}{suffix}" for z in range(size.slices)]
            list(pool.map(stack.write, range(size.slices), paths))
            tiles.append((tile, x / 10, y / 10))
    (folder / "derivatives").mkdir()
    (folder / "derivatives" / "metadata.json").write_text("{}")
    document = _acquisition_1(tiles) if schema == 1 else _acquisition_2(tiles)
    (folder / "acquisition.json").write_text(json.dumps(document, indent=1))
    return folder


def write_slice(path: Path, plane: Volume) -> None:
    """Write one 16-bit grey image, as its suffix says."""
    Image.fromarray(plane).save(path, compress_level=1)  # TIFF has none, and ignores it


def write_stack(folder: Path, volume: Volume, *, suffix: str = ".png") -> None:
    """Write a volume (z, y, x) as the slices of one stack."""
    folder.mkdir(parents=True)
    for z, plane in enumerate(volume):
        write_slice(folder / f"{z * _STEP_Z:06d}{suffix}", plane)


class _Stack:
    """One tile's tissue and cells."""

    def __init__(self, size: SpimSize, seed: Sequence[int]) -> None:
        self._size = size
        self._seed = list(seed)
        random = np.random.default_rng(self._seed)
        self._front, self._back = random.random((2, 12, 15))
        box = (size.slices, size.height, size.width)
        self._cells = random.random((size.cells, 3)) * box
        self._radii = 2 + 4 * random.random(size.cells)
        self._peaks = 100 + (_BRIGHTEST_CELL - 100) * random.random(size.cells) ** 3

    def write(self, z: int, path: Path) -> None:
        write_slice(path, self._slice(z))

    def _slice(self, z: int) -> Volume:
        size = self._size
        part = z / max(size.slices - 1, 1)
        light = _enlarged((1 - part) * self._front + part * self._back, size.height, size.width)
        light = _TISSUE * np.clip(light - 0.25, 0, None)
        for cell, radius, peak in zip(self._cells, self._radii, self._peaks, strict=True):
            _add_cell(light, cell, radius, peak, z)
        random = np.random.default_rng([*self._seed, z])
        noise = random.standard_normal(light.shape, dtype=np.float32)
        light += _OFFSET + noise * np.sqrt(_READ_NOISE**2 + 0.5 * light)
        return np.clip(np.rint(light), 0, 65535).astype("<u2")


def _add_cell(
    light: NDArray[np.float64], cell: NDArray[np.float64], radius: float, peak: float, z: int
) -> None:
    reach = int(3 * radius) + 1
    if abs(cell[0] - z) > reach / 2:
        return
    y, x = int(cell[1]), int(cell[2])
    rows = np.arange(max(y - reach, 0), min(y + reach, light.shape[0]))[:, None]
    columns = np.arange(max(x - reach, 0), min(x + reach, light.shape[1]))
    across = (rows - cell[1]) ** 2 + (columns - cell[2]) ** 2
    along = 4 * (z - cell[0]) ** 2  # cells are half as deep as wide
    light[rows, columns] += peak * np.exp(-(across + along) / (2 * radius**2))


def _enlarged(field: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Return a coarse field, smoothly spread over an image."""
    coarse = Image.fromarray(field.astype(np.float32))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float64)


def _places(size: SpimSize) -> list[tuple[int, int, int]]:
    return [
        (channel, column, row)
        for channel in range(size.channels)
        for column in range(size.columns)
        for row in range(size.rows)
    ]


def _acquisition_1(tiles: Sequence[tuple[str, float, float]]) -> dict[str, object]:
    return {
        "schema_version": "1.0.4",
        "tiles": [
            {
                "file_name": f"{tile}/",
                "coordinate_transformations": [
                    {"type": "translation", "translation": [str(x), str(y), "0.0"]},
                    {"type": "scale", "scale": ["1.8", "1.8", "2.0"]},
                ],
            }
            for tile, x, y in tiles
        ],
    }


def _acquisition_2(tiles: Sequence[tuple[str, float, float]]) -> dict[str, object]:
    axes = [{"object_type": "Axis", "name": name} for name in "ZYX"]
    images = [
        {
            "object_type": "Image spim",
            "file_name": f"{tile}/",
            "image_to_acquisition_transform": [
                {"object_type": "Scale", "scale": [2.0, 1.8, 1.8]},
                {"object_type": "Translation", "translation": [0.0, y, x]},
            ],
        }
        for tile, x, y in tiles
    ]
    system = {"object_type": "Coordinate system", "axis_unit": "micrometer", "axes": axes}
    configuration = {
        "object_type": "Imaging config",
        "coordinate_system": system,
        "images": images,
    }
    return {"schema_version": "2.4.0", "data_streams": [{"configurations": [configuration]}]}
