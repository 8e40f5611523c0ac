"""What a user may choose about the compression.

Names and words are those of ``aind-behavior-video-transformation`` 1.0.
"""

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, field_validator, model_validator

from .recipe import USER_DEFINED, Recipe, recipe_named, recipe_of_options

Kind = Literal[
    "default", "gamma", "gamma fix colorspace", "no gamma", "user defined", "no compression"
]


class CompressionRequest(BaseModel):
    """How videos are to be compressed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    compression_enum: Kind = Field(
        default="default",
        description="'default', 'gamma' and 'gamma fix colorspace' are one: H.264, crf 18, colours"
        " of BT.709. 'no gamma' leaves brightness as it is. 'no compression' takes the file.",
    )
    user_ffmpeg_input_options: str | None = None
    user_ffmpeg_output_options: str | None = Field(
        default=None, description="For 'user defined', such as '-c:v libx264 -crf 30 -vf hflip'."
    )

    @model_validator(mode="after")
    def _options_are_known(self) -> Self:
        given = self.user_ffmpeg_input_options or self.user_ffmpeg_output_options
        if given and self.compression_enum != USER_DEFINED:
            raise ValueError(f"options of ffmpeg need compression_enum {USER_DEFINED!r}")
        if self.user_ffmpeg_input_options:
            raise ValueError("user_ffmpeg_input_options are not taken: leave them out")
        _ = self.recipe
        return self

    @property
    def recipe(self) -> Recipe | None:
        """What to do; None: take the file as it is."""
        if self.compression_enum == USER_DEFINED:
            return recipe_of_options(self.user_ffmpeg_output_options or "")
        return recipe_named(self.compression_enum)


class BehaviorVideosSettings(BaseModel):
    """Settings of the compression of behavior videos."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    compression_requested: CompressionRequest = CompressionRequest()
    video_specific_compression_requests: tuple[tuple[str, CompressionRequest], ...] | None = Field(
        default=None,
        description="Pairs of a video or folder, within the source, and what holds for it instead.",
    )
    file_filter: str | None = Field(
        default=None,
        description="A regular expression: videos whose name it is not found in stay as they are.",
    )
    ffmpeg_thread_cnt: NonNegativeInt = Field(default=0, description="Threads; 0: as many as fit.")
    parallel_compression: bool | None = Field(
        default=None, description="Without effect: each video uses all processors."
    )

    @field_validator("file_filter")
    @classmethod
    def _is_an_expression(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"it is not a regular expression: {error}") from error
        return value
