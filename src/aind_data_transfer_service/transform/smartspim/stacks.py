"""One tile of a session in one channel."""

import re
from dataclasses import dataclass
from pathlib import Path

from .headers import Slice

_CHANNEL = re.compile(r".*_(?P<wavelength>\d+)")


def emission_wavelength(channel: str) -> int | None:
    """Return the nanometres that a channel's name ends in, as ``Ex_488_Em_525`` does."""
    match = _CHANNEL.fullmatch(channel)
    return int(match["wavelength"]) if match else None


@dataclass(frozen=True, slots=True)
class Stack:
    """One tile in one channel: its slices from the first to the last."""

    channel: str
    folder: Path
    slices: tuple[Slice, ...]

    @property
    def name(self) -> str:
        """``<channel>/<stack>``, as the output is named."""
        return f"{self.channel}/{self.folder.name}"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slices, height and width."""
        return len(self.slices), self.slices[0].height, self.slices[0].width

    @property
    def file_bytes(self) -> int:
        """Size of the slices' files."""
        return sum(image.size for image in self.slices)

    @property
    def raw_bytes(self) -> int:
        """Size of the voxels, 16 bits each."""
        depth, height, width = self.shape
        return 2 * depth * height * width
