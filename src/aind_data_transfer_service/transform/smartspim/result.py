"""What the compression reports."""

from pydantic import BaseModel, ConfigDict, computed_field


class StackResult(BaseModel):
    """One stack, compressed and proven equal to its slices."""

    model_config = ConfigDict(frozen=True)

    name: str
    """``<channel>/<stack>``."""
    shape: tuple[int, int, int]
    """Voxels along z, y and x at full resolution."""
    levels: int
    raw_bytes: int
    """Size of the voxels at full resolution, 16 bits each."""
    stored_bytes: int
    """Size of the Zarr folder, all levels."""
    seconds: float
    """Wall time of this attempt."""
    kept: bool
    """True if an earlier attempt had finished this stack."""

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know it takes properties
    @property
    def ratio(self) -> float:
        """Raw bytes per stored byte."""
        return round(self.raw_bytes / self.stored_bytes, 3)


class SmartSpimResult(BaseModel):
    """The stacks that one run compressed."""

    model_config = ConfigDict(frozen=True)

    stacks: list[StackResult]
    seconds: float
