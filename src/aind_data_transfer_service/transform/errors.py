"""What can go wrong with any transform."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aind_data_transfer_service.errors import (
    InvalidInput,
    SettingsInvalid,
    StorageFull,
    TransferError,
)


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
