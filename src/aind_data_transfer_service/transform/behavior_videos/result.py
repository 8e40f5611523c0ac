"""What became of the videos."""

from pydantic import BaseModel, ConfigDict


class VideoResult(BaseModel):
    """One video that was compressed, and has every frame of its source at its time."""

    model_config = ConfigDict(frozen=True)

    name: str
    """Of the result, relative to the output."""
    source: str
    """Name of the source, relative to its folder."""
    frames: int
    width: int
    height: int
    duration: float
    """Seconds from the first frame to the last."""
    codec: str
    options: dict[str, str]
    filters: tuple[str, ...]
    raw_bytes: int
    """Of the source."""
    stored_bytes: int
    seconds: float
    """That it took."""
