"""One ``continuous.dat`` with the files that say when its samples were taken."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aind_data_transfer_service.errors import SourceChanged
from aind_data_transfer_service.transform.ecephys.errors import (
    OpenEphysLengthMismatch,
    OpenEphysStreamMissing,
    OpenEphysTruncated,
)
from aind_data_transfer_service.transform.ecephys.npy import NpyFile, open_npy

DAT = "continuous.dat"
SAMPLE_DTYPE = np.dtype("<i2")


@dataclass(frozen=True)
class ContinuousFile:
    """Interleaved samples of all channels, and their times if the GUI wrote them."""

    path: Path
    channels: int
    samples: int
    times: NpyFile | None
    """Seconds (float64) on the session's common clock."""

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * SAMPLE_DTYPE.itemsize

    def read_traces(self, start: int, stop: int) -> NDArray[np.int16]:
        """Return samples ``start`` to ``stop`` of all channels (sample, channel)."""
        count = (stop - start) * self.channels
        flat: NDArray[np.int16] = np.fromfile(
            self.path, SAMPLE_DTYPE, count=count, offset=start * self.frame_bytes
        )
        if len(flat) != count:
            raise SourceChanged(f"{self.path} became shorter while it was read.")
        return flat.reshape(-1, self.channels)

    def read_times(self, start: int, stop: int) -> NDArray[np.float64]:
        """Return the times of samples ``start`` to ``stop``."""
        if self.times is None:
            raise ValueError(f"{self.path} has no times.")
        part: NDArray[np.float64] = self.times.read(start, stop)
        if len(part) != stop - start:
            raise SourceChanged(f"{self.times.path} became shorter while it was read.")
        return part


def open_continuous(folder: Path, *, channels: int, named_in: Path) -> ContinuousFile:
    """Check that a stream's files are there and fit each other.

    Since GUI 0.6 ``sample_numbers.npy`` counts and ``timestamps.npy`` holds seconds; before,
    ``timestamps.npy`` counted and ``synchronized_timestamps.npy`` held seconds, if anything.
    """
    path = folder / DAT
    if not path.is_file():
        missing = path if folder.is_dir() else folder
        raise OpenEphysStreamMissing(
            f"{named_in} names the stream {folder.name!r}, but {missing} does not exist."
        )
    if channels == 0:
        raise OpenEphysStreamMissing(f"{named_in} names no channel of {folder.name!r}.")
    size, frame = path.stat().st_size, channels * SAMPLE_DTYPE.itemsize
    if size % frame:
        raise OpenEphysTruncated(
            f"{path} has {size} bytes, which is not a multiple of {frame} "
            f"({channels} channels of 2 bytes): it is cut off."
        )
    counted = (folder / "sample_numbers.npy").is_file()
    numbers = open_npy(_required(folder / ("sample_numbers.npy" if counted else "timestamps.npy")))
    times = folder / ("timestamps.npy" if counted else "synchronized_timestamps.npy")
    file = ContinuousFile(
        path,
        channels,
        samples=size // frame,
        times=open_npy(_required(times)) if counted or times.is_file() else None,
    )
    _check_lengths(file, numbers)
    return file


def _required(path: Path) -> Path:
    if not path.is_file():
        raise OpenEphysStreamMissing(f"{path} does not exist.")
    return path


def _check_lengths(file: ContinuousFile, numbers: NpyFile) -> None:
    if file.samples < numbers.length:
        raise OpenEphysTruncated(
            f"{file.path} has {file.samples} samples of {file.channels} channels, but "
            f"{numbers.path.name} counts {numbers.length}: it is cut off."
        )
    for npy in (numbers, file.times):
        if npy is not None and npy.length != file.samples:
            raise OpenEphysLengthMismatch(
                f"{npy.path} has {npy.length} entries, but {file.path.name} has "
                f"{file.samples} samples."
            )
    if file.times is not None and file.times.dtype != np.dtype("<f8"):
        raise OpenEphysLengthMismatch(
            f"{file.times.path} holds {file.times.dtype}: seconds as float64 are expected."
        )
