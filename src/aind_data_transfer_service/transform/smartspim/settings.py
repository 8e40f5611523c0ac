"""What a user may choose about the compression."""

import os
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator

_SMALLEST, _LARGEST = 16, 512

Micrometres = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class SmartSpimSettings(BaseModel):
    """Settings of the SmartSPIM compression."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chunk_size: tuple[int, int, int] = Field(
        default=(128, 128, 128),
        description="Voxels of a stored chunk along z, y and x: powers of two, 16 to 512.",
    )
    downsample_levels: int = Field(
        default=4, ge=1, le=8, description="Levels of resolution, the full one included."
    )
    voxel_size: tuple[Micrometres, Micrometres, Micrometres] | None = Field(
        default=None,
        description="Size of a voxel along x, y and z in micrometres; by default what"
        " acquisition.json says.",
    )
    unequal_depths: bool = Field(
        default=False,
        description="Stacks of different tiles may have different numbers of slices.",
    )
    workers: PositiveInt | None = Field(
        default=None, description="Threads; by default one for each processor that may be used."
    )

    @field_validator("chunk_size")
    @classmethod
    def _powers_of_two(cls, value: tuple[int, int, int]) -> tuple[int, int, int]:
        for size in value:
            if not _SMALLEST <= size <= _LARGEST or size & (size - 1):
                raise ValueError(f"{size} is not a power of two from {_SMALLEST} to {_LARGEST}")
        return value

    @property
    def effective_workers(self) -> int:
        """The number of threads, its default filled in."""
        return self.workers or len(os.sched_getaffinity(0))
