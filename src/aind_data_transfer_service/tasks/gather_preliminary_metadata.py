"""Puts the metadata files of the session at the top of the asset."""

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import TransferError
from ..files import write_whole
from ..metadata.builtin import own_description
from ..metadata.differences import differences
from ..metadata.files import (
    DATA_DESCRIPTION,
    KNOWN_FILES,
    Document,
    MetadataInvalid,
    parse_document,
    write_form,
)
from ..metadata.open import open_source
from ..ports.metadata_source import Gathered, GatherRequest
from .context import Done, Outcome, TaskContext
from .staging import remove_partial_metadata
from .transforms import metadata_files_of

logger = logging.getLogger(__name__)

_LISTED = 100


@dataclass(slots=True)
class _Staged:
    """What the asset has got so far."""

    documents: dict[str, bytes] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def add(self, ctx: TaskContext, name: str, document: Document, content: bytes) -> None:
        self.warnings += differences(ctx.spec.plan, name, document)
        self.documents[name] = content


def run(ctx: TaskContext) -> Outcome:
    """Stage the known files of ``metadata_dir``; what it lacks is gathered or in the sources."""
    remove_partial_metadata(ctx.staging)
    named = ctx.spec.plan.metadata_dir
    folder = None if named is None else Path(named)
    staged = _Staged()
    copied = [] if folder is None else _take(ctx, folder, staged)
    others = [] if folder is None else _others(folder)
    if others:
        logger.warning(
            "Not uploaded, because they are not among the known metadata files: %s",
            ", ".join(others[:_LISTED]),
        )
    source = open_source(ctx.spec.metadata)
    logger.info("What the session lacks is gathered by: %s", source.name)
    gathered = source.gather(_request(ctx, copied))
    incomplete = _missing_parts(ctx, gathered)
    _add_gathered(ctx, gathered, staged)
    from_sources = _add_of_sources(ctx, staged)
    for name in KNOWN_FILES:
        if name in staged.documents:
            write_whole(ctx.staging / name, staged.documents[name])
        else:
            (ctx.staging / name).unlink(missing_ok=True)  # of an earlier attempt
    warnings = staged.warnings + [f"Incomplete: {why}" for why in incomplete.values()]
    for warning in warnings:
        logger.warning("%s", warning)
    return Done(
        {
            "source": source.name,
            "versions": dict(gathered.versions),
            "copied": copied,
            "from_sources": from_sources,
            "written": [
                name
                for name in KNOWN_FILES
                if name in staged.documents and name not in {*copied, *from_sources}
            ],
            "incomplete": sorted(incomplete),
            "not_uploaded": others[:_LISTED],
            "not_uploaded_count": len(others),
            "warnings": warnings,
        }
    )


def _take(ctx: TaskContext, folder: Path, staged: _Staged) -> list[str]:
    """Take what ``folder`` has of the known files, byte for byte, and return their names."""
    for name in KNOWN_FILES:
        path = folder / name
        if path.exists():
            content = path.read_bytes()
            staged.add(ctx, name, parse_document(path, content), content)
    return list(staged.documents)


def _request(ctx: TaskContext, copied: list[str]) -> GatherRequest:
    scratch = ctx.folder / "metadata"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    return GatherRequest(
        plan=ctx.spec.plan,
        settings=ctx.spec.settings,
        given=frozenset(copied),
        source_roots=ctx.spec.source_roots,
        scratch=scratch,
    )


def _missing_parts(ctx: TaskContext, gathered: Gathered) -> Mapping[str, str]:
    """Return why parts are missing, if the job may go on without them; else raise the failure."""
    failures: list[TransferError] = sorted(
        gathered.failures.values(), key=lambda error: not error.retryable
    )
    for failure in failures:
        if not ctx.spec.metadata.go_on_incomplete or ctx.spec.tried_again(failure):
            raise failure
    return {name: failure.message for name, failure in gathered.failures.items()}


def _add_gathered(ctx: TaskContext, gathered: Gathered, staged: _Staged) -> None:
    staged.warnings += gathered.warnings
    documents: dict[str, dict[str, Any]] = {
        name: dict(document)
        for name, document in gathered.documents.items()
        if name not in staged.documents
    }
    if DATA_DESCRIPTION not in staged.documents and DATA_DESCRIPTION not in documents:
        own, warnings = own_description(ctx.spec.plan, ctx.spec.settings)
        staged.warnings += warnings
        documents |= {} if own is None else {DATA_DESCRIPTION: own}
    for name, document in documents.items():
        staged.add(ctx, name, document, write_form(document))


def _add_of_sources(ctx: TaskContext, staged: _Staged) -> list[str]:
    """Take what compressing leaves in the sources and nothing else brought; return the names.

    What is there already counts; that a source's says something else is told.
    """
    taken = []
    for modality in ctx.spec.plan.modalities:
        for path in metadata_files_of(modality):
            if not path.exists():
                continue
            try:
                content = path.read_bytes()
                document = parse_document(path, content)
            except (MetadataInvalid, OSError) as problem:
                staged.warnings.append(f"{path.name}: left in the source: {problem}")
                continue
            there = staged.documents.get(path.name)
            if there is None:
                staged.add(ctx, path.name, document, content)
                taken.append(path.name)
            elif json.loads(there) != document:
                staged.warnings.append(f"{path.name}: {path} says otherwise, and is left there")
    return taken


def _others(folder: Path) -> list[str]:
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.is_file() and entry.name not in KNOWN_FILES
    )
