"""What a user may choose about the compression."""

import os
import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveInt, model_validator

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s)")
_LEVELS = {"pcodec": (0, 12), "wavpack": (1, 4)}
_DEFAULT_LEVEL = {"pcodec": 8, "wavpack": 3}


def _seconds(value: object) -> object:
    """Read ``"1s"`` or ``"500ms"``; leave anything else to the number's own validation."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise ValueError("a duration is a number followed by 's' or 'ms', such as '1s'")
    return float(match[1]) / (1000 if match[2] == "ms" else 1)


class EcephysSettings(BaseModel):
    """Settings of the ecephys compression."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    codec: Literal["pcodec", "wavpack"] = "pcodec"
    level: int | None = Field(
        default=None,
        description="Effort of the codec: pcodec 0 to 12 (default 8), wavpack 1 to 4 (default 3).",
    )
    chunk_duration: Annotated[float, BeforeValidator(_seconds), Field(gt=0, le=60)] = Field(
        default=1.0, description="Length of a stored chunk in seconds; '1s' and '500ms' work too."
    )
    clip_n_frames: PositiveInt = Field(
        default=100, description="Frames of each continuous.dat kept in ecephys_clipped."
    )
    workers: PositiveInt | None = Field(
        default=None, description="Threads; by default one for each processor that may be used."
    )

    @model_validator(mode="after")
    def _level_fits_codec(self) -> Self:
        low, high = _LEVELS[self.codec]
        if self.level is not None and not low <= self.level <= high:
            raise ValueError(f"level of {self.codec} is {low} to {high}, not {self.level}")
        return self

    @property
    def effective_level(self) -> int:
        """The codec's level, its default filled in."""
        return _DEFAULT_LEVEL[self.codec] if self.level is None else self.level

    @property
    def effective_workers(self) -> int:
        """The number of threads, its default filled in."""
        return self.workers or len(os.sched_getaffinity(0))
