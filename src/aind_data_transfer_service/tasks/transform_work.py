"""What a transform is given to do, and what it says it did."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from ..domain.plan import ModalityPlan, Partition

PartsName = Literal["streams", "stacks", "videos"]
_PARTS_NAMES: tuple[PartsName, ...] = get_args(PartsName)


@dataclass(frozen=True, slots=True)
class TransformWork:
    """One element's share of a modality that is to be compressed."""

    modality: ModalityPlan
    settings: Mapping[str, Any]
    """Merged job_settings."""
    source: Path
    """Links resolved."""
    job_folder: Path
    """The job's own folder, which all its programs see."""
    attempt_folder: Path
    """The attempt's own, for pictures."""
    partition: Partition | None = None
    """None: the whole modality."""
    on_finished: Callable[[Path], None] = lambda _folder: None
    """Told of each folder of the output that is finished while others are not."""


@dataclass(frozen=True, slots=True)
class Transformed:
    """What a transform did."""

    parameters: dict[str, Any]
    source_bytes: int
    stored_bytes: int
    parts_name: PartsName
    parts: list[dict[str, Any]]
    """What it made."""
    pictures: tuple[dict[str, str], ...] = ()
    """``file`` in the attempt's folder, and ``text``, which says what it shows."""

    @property
    def ratio(self) -> float:
        """Source bytes per stored byte."""
        return round(self.source_bytes / self.stored_bytes, 3)

    def as_outputs(self) -> dict[str, Any]:
        """Return it as the outputs of a task."""
        return {
            "source_bytes": self.source_bytes,
            "stored_bytes": self.stored_bytes,
            "ratio": self.ratio,
            self.parts_name: self.parts,
            "parameters": self.parameters,
        }

    @classmethod
    def of_outputs(cls, tasks: Sequence[Mapping[str, Any]]) -> "Transformed":
        """Return what several elements of a modality did together, from their outputs."""
        name = next(name for name in _PARTS_NAMES if name in tasks[0])
        return cls(
            parameters=tasks[0]["parameters"],
            source_bytes=sum(outputs["source_bytes"] for outputs in tasks),
            stored_bytes=sum(outputs["stored_bytes"] for outputs in tasks),
            parts_name=name,
            parts=[part for outputs in tasks for part in outputs[name]],
        )


OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Transform:
    """What the pipeline asks of the compression of a modality."""

    check: Callable[[TransformWork], list[str]]
    """Raise what compressing would end in, as far as it can be seen before; return warnings."""
    compress: Callable[[TransformWork, Path, OnProgress], Transformed]
    """Compress to a folder, prove it, and say what was done."""
    finish: Callable[[TransformWork, Path, Transformed], None] = lambda *_: None
    """Raise if all elements together did not do everything."""
    notes: str = "Lossless compression of {modality}, decoded and compared with the source."
    """For ``processing.json``; ``{modality}`` stands for the modality's name."""
    metadata_files: tuple[str, ...] = ()
    """Known metadata files at the top of the source, which the output has no place for."""
