"""Checks the metadata files at the top of the asset."""

import logging
from pathlib import Path

from ..metadata.files import KNOWN_FILES, read_document
from .context import Done, Outcome, TaskContext

logger = logging.getLogger(__name__)

# An asset has one of each; what is not in the same tuple is not an alternative.
_EXPECTED = (
    ("data_description.json",),
    ("subject.json",),
    ("procedures.json",),
    ("rig.json", "instrument.json"),
    ("session.json", "acquisition.json"),
)


def run(ctx: TaskContext) -> Outcome:
    """Fail on a file that is not JSON; a file that is missing is told, as V1 never failed on it."""
    present = [name for name in KNOWN_FILES if (ctx.staging / name).exists()]
    for name in present:
        read_document(ctx.staging / name)
    missing = [" or ".join(names) for names in _EXPECTED if not _any_in(ctx.staging, names)]
    warnings = [f"{name} is missing" for name in missing]
    warnings += [
        f"{' and '.join(names)} are both there; one is expected"
        for names in _EXPECTED
        if len(names) > 1 and all((ctx.staging / name).exists() for name in names)
    ]
    for warning in warnings:
        logger.warning("%s", warning)
    return Done({"present": present, "missing": missing, "warnings": warnings})


def _any_in(folder: Path, names: tuple[str, ...]) -> bool:
    return any((folder / name).exists() for name in names)
