"""Puts the metadata files of the session at the top of the asset."""

import logging
from pathlib import Path

from ..files import write_whole
from ..metadata.data_description import ASSUMED, contradictions, data_description
from ..metadata.files import DATA_DESCRIPTION, KNOWN_FILES, parse_document, write_form
from .context import Done, Outcome, TaskContext
from .staging import remove_partial_metadata

logger = logging.getLogger(__name__)

_LISTED = 100


def run(ctx: TaskContext) -> Outcome:
    """Copy the known files of ``metadata_dir`` and write the data description if it lacks one."""
    remove_partial_metadata(ctx.staging)
    named = ctx.spec.plan.metadata_dir
    folder = None if named is None else Path(named)
    copied, warnings = _copy_known(ctx, folder)
    others = [] if folder is None else _others(folder)
    if others:
        logger.warning(
            "Not uploaded, because they are not among the known metadata files: %s",
            ", ".join(others[:_LISTED]),
        )
    written = []
    if DATA_DESCRIPTION not in copied:
        warnings += _write_data_description(ctx)
        written = [DATA_DESCRIPTION] if (ctx.staging / DATA_DESCRIPTION).exists() else []
    for warning in warnings:
        logger.warning("%s", warning)
    return Done(
        {
            "copied": copied,
            "written": written,
            "not_uploaded": others[:_LISTED],
            "not_uploaded_count": len(others),
            "warnings": warnings,
        }
    )


def _copy_known(ctx: TaskContext, folder: Path | None) -> tuple[list[str], list[str]]:
    """Stage what ``folder`` has of the known files; take away what an earlier attempt staged."""
    copied: list[str] = []
    warnings: list[str] = []
    for name in KNOWN_FILES:
        staged = ctx.staging / name
        source = None if folder is None else folder / name
        if source is None or not source.exists():
            staged.unlink(missing_ok=True)
            continue
        content = source.read_bytes()
        document = parse_document(source, content)
        warnings += contradictions(ctx.spec.plan, name, document)
        write_whole(staged, content)
        copied.append(name)
    return copied, warnings


def _others(folder: Path) -> list[str]:
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.is_file() and entry.name not in KNOWN_FILES
    )


def _write_data_description(ctx: TaskContext) -> list[str]:
    """Write the data description and return what is doubtful about it."""
    document = data_description(ctx.spec.plan)
    if document is None:
        return [f"{DATA_DESCRIPTION} is missing: it cannot be written without a platform"]
    write_whole(ctx.staging / DATA_DESCRIPTION, write_form(document))
    return [f"{DATA_DESCRIPTION}: {field} is not known and was assumed" for field in ASSUMED]
