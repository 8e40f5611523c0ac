"""What the compression reports."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, computed_field


class StreamResult(BaseModel):
    """One stream of one experiment, compressed and proven equal to its source."""

    model_config = ConfigDict(frozen=True)

    name: str
    path: Path
    codec: str
    segments: int
    samples: int
    channels: int
    sampling_frequency: float
    """Hz."""
    raw_bytes: int
    """Size of the traces in the source."""
    stored_bytes: int
    """Size of the Zarr folder: traces, times and metadata."""
    traces_bytes: int
    """Size of the stored traces alone."""
    seconds: float
    """Wall time from the stream's first chunk to its finish; streams overlap."""
    write_seconds: float
    """Time spent encoding and writing, summed over threads."""
    proof_seconds: float
    """Time spent reading back, decoding and comparing, summed over threads."""
    kept: bool
    """True if an earlier attempt had finished this stream."""

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know it takes properties
    @property
    def ratio(self) -> float:
        """Raw bytes per stored byte."""
        return self.raw_bytes / self.stored_bytes


class EcephysResult(BaseModel):
    """All streams of a session."""

    model_config = ConfigDict(frozen=True)

    streams: list[StreamResult]
    copied_files: int
    """Files in ``ecephys_clipped``, clipped ones included."""
    seconds: float

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know it takes properties
    @property
    def raw_bytes(self) -> int:
        """Size of all traces in the source."""
        return sum(stream.raw_bytes for stream in self.streams)

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know it takes properties
    @property
    def stored_bytes(self) -> int:
        """Size of all Zarr folders."""
        return sum(stream.stored_bytes for stream in self.streams)
