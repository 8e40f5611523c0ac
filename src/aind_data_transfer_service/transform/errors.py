"""What can go wrong with any transform."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from aind_data_transfer_service.errors import (
    InvalidInput,
    SettingsInvalid,
    StorageFull,
    TransferError,
)

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """One thing that is wrong with a source, and where."""

    code: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path} {self.message}"


class SourceInvalid(InvalidInput):
    """A source cannot be compressed as it is; ``details`` names all that is wrong."""

    def __init__(self, problems: Sequence[SourceProblem]) -> None:
        shown = "; ".join(str(problem) for problem in problems[:_SHOWN])
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        super().__init__(f"{shown}{more}.", problems=[asdict(problem) for problem in problems])
        self.problems = tuple(problems)


class OutputInsideSource(InvalidInput):
    """The source and a folder that is written overlap."""

    code = "output_inside_source"
    what_to_do_default = "Choose an output folder outside of the source folder."


class TransformStackMissing(SettingsInvalid):
    """A library the compression needs is not installed."""

    code = "transform_stack_missing"
    what_to_do_default = "Run: pip install 'aind-data-transfer-service[transforms]'."


class LosslessProofFailed(TransferError):
    """What was written does not decode to the source."""

    code = "lossless_proof_failed"
    what_to_do_default = (
        "The result was not accepted. Retry; if it happens again, check the machine's disk "
        "and memory."
    )
    retryable = True


def check_apart(source: Path, written: Path) -> None:
    """Raise `OutputInsideSource` if a folder that is written lies in the source, or it in there."""
    read, output = source.resolve(), written.resolve()
    if output.is_relative_to(read) or read.is_relative_to(output):
        raise OutputInsideSource(f"{output} would lie in source {source}, or it in there.")


@contextmanager
def disk_full_is_coded(output: Path) -> Iterator[None]:
    """Turn "no space left" and "quota exceeded" into `StorageFull`."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or output  # a failed write knows no name
        full = StorageFull.from_os_error(error)
        if full is None:
            raise
        raise full from error
