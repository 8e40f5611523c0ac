"""Checks the metadata files at the top of the asset."""

import logging
from pathlib import Path

from ..metadata.differences import differences
from ..metadata.files import KNOWN_FILES, read_document
from ..metadata.schema_check import Verdicts, check_files
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
_TOLD = 5
"""Most problems of one file that are told; the log has all."""


def run(ctx: TaskContext) -> Outcome:
    """Fail on a file that is not JSON; tell what is missing, not valid or of another session.

    These do not fail the job, as they never did in V1: the data must not wait for their metadata.
    """
    paths = {name: ctx.staging / name for name in KNOWN_FILES if (ctx.staging / name).exists()}
    documents = {name: read_document(path) for name, path in paths.items()}
    missing = [" or ".join(names) for names in _EXPECTED if not _any_in(ctx.staging, names)]
    warnings = [f"{name} is missing" for name in missing]
    warnings += [
        f"{' and '.join(names)} are both there; one is expected"
        for names in _EXPECTED
        if len(names) > 1 and all((ctx.staging / name).exists() for name in names)
    ]
    for name, document in documents.items():
        warnings += differences(ctx.spec.plan, name, document)
    scratch = ctx.folder / "metadata"
    scratch.mkdir(exist_ok=True)
    verdicts = check_files(paths, documents, ctx.spec.metadata, scratch)
    warnings += _told(verdicts)
    for warning in warnings:
        logger.warning("%s", warning)
    return Done(
        {
            "present": list(paths),
            "missing": missing,
            "valid": verdicts.valid,
            "invalid": sorted(verdicts.problems),
            "unchecked": verdicts.unchecked,
            "aind_data_schema": verdicts.versions,
            "warnings": warnings,
        }
    )


def _told(verdicts: Verdicts) -> list[str]:
    """Log what is not valid, and return as much of it as somebody reads."""
    for name in verdicts.valid:
        logger.info("%s is valid", name)
    for name, why in verdicts.unchecked.items():
        logger.info("%s is not validated: %s", name, why)
    told = []
    for name, problems in verdicts.problems.items():
        for problem in problems[_TOLD:]:
            logger.warning("%s is not valid: %s", name, problem)
        more = f" (and {len(problems) - _TOLD} more)" if len(problems) > _TOLD else ""
        told.append(f"{name} is not valid: {'; '.join(problems[:_TOLD])}{more}")
    return told


def _any_in(folder: Path, names: tuple[str, ...]) -> bool:
    return any((folder / name).exists() for name in names)
