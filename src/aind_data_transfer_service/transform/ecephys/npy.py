"""One-dimensional ``.npy`` files, read in parts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aind_data_transfer_service.transform.ecephys.errors import OpenEphysStructureInvalid


@dataclass(frozen=True)
class NpyFile:
    """Where the numbers of a one-dimensional ``.npy`` file lie."""

    path: Path
    dtype: np.dtype[Any]
    length: int
    offset: int
    """Bytes before the first number."""

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Return numbers ``start`` to ``stop``; fewer if the file has shrunk."""
        offset = self.offset + start * self.dtype.itemsize
        return np.fromfile(self.path, self.dtype, count=stop - start, offset=offset)


def open_npy(path: Path) -> NpyFile:
    """Read the header and check the file's length against it.

    Raises
    ------
    OpenEphysStructureInvalid
        If it is not a whole, one-dimensional ``.npy`` file of numbers.
    """
    try:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            read_header = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = read_header(file)
            offset = file.tell()
    except ValueError as error:
        raise OpenEphysStructureInvalid(f"{path} is not a .npy file: {error}.") from error
    if len(shape) != 1 or dtype.kind not in "iuf":
        raise OpenEphysStructureInvalid(
            f"{path} holds {dtype} of shape {shape}: one-dimensional numbers are expected."
        )
    size = path.stat().st_size
    needed = offset + shape[0] * dtype.itemsize
    if size < needed:
        raise OpenEphysStructureInvalid(
            f"{path} has {size} bytes, but {needed} by its own header: it is cut off."
        )
    return NpyFile(path, dtype, shape[0], offset)
