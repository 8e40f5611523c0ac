"""Checks, before any work, that everything the job will read is there and can be read."""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..domain.paths import (
    SourceOutsideRoots,
    SourcesNested,
    require_in_roots,
    require_not_nested,
    require_source_path,
)
from ..domain.pipeline import TaskId
from ..domain.plan import JobPlan, ModalityPlan, TaskPlan
from ..errors import InvalidInput, StorageFull, TransferError
from ..metadata.files import KNOWN_FILES
from .context import Done, Outcome, TaskContext
from .shared_sources import require_unshared
from .source_walk import FolderFacts, Problem, printable, walk_source
from .transform_work import TransformWork
from .transforms import transform_of

logger = logging.getLogger(__name__)

_SHOWN = 20
_KEPT = 1000
# Compressed data can be no larger than the source, but for indexes and metadata.
_COMPRESSED_AT_MOST = 1.05


class SourcesUnusable(InvalidInput):
    """Something in the sources would make the upload fail or be wrong."""

    code = "sources_unusable"
    what_to_do_default = "Correct what the message names, then retry the job."


class StagingFull(StorageFull):
    """The staging folder has no room for what the job will write."""

    code = "staging_full"
    what_to_do_default = "Free space in the staging folder, then retry the job."


def run(ctx: TaskContext) -> Outcome:
    """Check every folder the plan names; all problems are reported at once."""
    plan = ctx.spec.plan
    check = _Check(ctx)
    modalities = {
        modality.abbreviation: check.modality(modality) for modality in plan.staged_modalities
    }
    for modality, task in _to_compress(plan):
        check.format(modality, task)
    metadata = check.metadata(plan.metadata_dir)
    derivatives = check.derivatives(plan.derivatives_dir)
    check.raise_problems()
    require_unshared(check.folders, ctx.spec.others, "removes it")
    rewritten = [modality for modality, _ in _to_compress(plan)] + _scripted(plan)
    size = sum(modalities[modality.abbreviation]["bytes"] for modality in rewritten)
    needed = int(size * _COMPRESSED_AT_MOST) + sum(metadata.values())
    for warning in check.warnings:
        logger.warning("%s", warning)
    return Done(
        {
            "modalities": modalities,
            "metadata": metadata,
            "derivatives": derivatives,
            "bytes": sum(facts["bytes"] for facts in modalities.values()),
            "warnings": check.warnings,
            "staging_needed_bytes": needed,
            "staging_free_bytes": _require_room(ctx.staging, needed),
        }
    )


def _to_compress(plan: JobPlan) -> list[tuple[ModalityPlan, TaskPlan]]:
    """Return the modalities that will be compressed, each with the first of its tasks."""
    tasks: dict[int | None, TaskPlan] = {}
    for task in plan.tasks:
        runs = task.task_id == TaskId.COMPRESS_DATA and task.skip_reason is None
        if runs and not task.script:
            tasks.setdefault(task.modality, task)
    staged = [(modality, tasks.get(index)) for index, modality in enumerate(plan.modalities)]
    return [(modality, task) for modality, task in staged if modality.compress and task]


def _scripted(plan: JobPlan) -> list[ModalityPlan]:
    """Return the modalities that scripts of presets write."""
    scripted = {task.modality for task in plan.tasks if task.script and task.skip_reason is None}
    return [modality for index, modality in enumerate(plan.modalities) if index in scripted]


class _Check:
    """Looks at the folders of one plan and collects what is wrong with them."""

    def __init__(self, ctx: TaskContext) -> None:
        self._roots = [Path(root).resolve() for root in ctx.spec.source_roots]
        self._prefix = ctx.spec.prefix
        self._job_folder = ctx.job_folder
        self._attempt_folder = ctx.folder
        self.warnings: list[str] = []
        self._on_bytes: Callable[[int], None] = ctx.progress.add
        self._problems: list[Problem] = []
        self._resolved: dict[str, Path] = {}
        self._sound: set[str] = set()
        self.folders: list[Path] = []
        """All that can be used, links resolved."""

    def modality(self, modality: ModalityPlan) -> dict[str, Any]:
        """Walk one modality's folder."""
        if modality.source is None:
            self._problem("source_not_given", modality.abbreviation, "was given no source")
            return {"files": 0, "bytes": 0}
        source = self._folder(f"source of {modality.abbreviation}", modality.source)
        if source is None:
            return {"files": 0, "bytes": 0}
        self._resolved[modality.abbreviation] = source
        facts = self._walk(source, modality.folder_name)
        if not facts.problems:
            self._sound.add(modality.abbreviation)
        return {"files": facts.files, "bytes": facts.bytes, "source": str(source)}

    def format(self, modality: ModalityPlan, task: TaskPlan) -> None:
        """Check that the modality can be compressed, if nothing is wrong with its folder."""
        if modality.abbreviation not in self._sound:
            return
        source = self._resolved[modality.abbreviation]
        work = TransformWork(
            modality, task.settings, source, self._job_folder, self._attempt_folder, task.partition
        )
        try:
            warnings = transform_of(modality).check(work)
        except InvalidInput as wrong:
            self._cannot_be_compressed(source, wrong)
        else:
            self.warnings += [f"{modality.abbreviation}: {warning}" for warning in warnings]

    def _cannot_be_compressed(self, source: Path, wrong: InvalidInput) -> None:
        found = wrong.details.get("problems")
        if not found:
            self._problem(wrong.code, str(source), f"cannot be compressed: {wrong.message}")
        for one in found or ():
            self._problem(one["code"], one["path"], one["message"])

    def metadata(self, named: str | None) -> dict[str, int]:
        """Return the bytes of each metadata file that will be taken.

        Only the top of the folder is looked at: nothing else is uploaded from it.
        """
        folder = None if named is None else self._folder("metadata_dir", named)
        if folder is None:
            return {}
        try:
            if not any(entry.is_file() for entry in folder.iterdir()):
                self._problem("source_empty", str(folder), "(metadata_dir) holds no file")
        except OSError as problem:
            self._problem("folder_unreadable", str(folder), f"cannot be listed: {problem.strerror}")
        sizes = {}
        for path in (folder / name for name in KNOWN_FILES):
            if path.is_file() and self._may_read(path):
                sizes[path.name] = path.stat().st_size
            elif os.path.lexists(path) and not path.is_file():
                self._problem("not_a_file", str(path), "is not a file, or a broken link")
        return sizes

    def derivatives(self, named: str | None) -> dict[str, Any]:
        """Walk the folder of derived data."""
        folder = None if named is None else self._folder("derivatives_dir", named)
        if folder is None:
            return {}
        facts = self._walk(folder, "derivatives")
        return {"files": facts.files, "bytes": facts.bytes, "source": str(folder)}

    def raise_problems(self) -> None:
        """Raise `SourcesUnusable` if anything is wrong, naming all of it."""
        try:
            require_not_nested(self._resolved)
        except SourcesNested as nested:
            where = self._resolved[nested.details["modalities"][0]]
            self._problem(nested.code, str(where), f"cannot be uploaded: {nested.message}")
        if not self._problems:
            return
        for problem in self._problems[:_KEPT]:
            logger.error("%s: %s", problem.code, problem)
        lines = [f"- {problem} [{problem.code}]" for problem in self._problems[:_SHOWN]]
        count = len(self._problems)
        if count > _SHOWN:
            lines.append(f"- and {count - _SHOWN} more: see the task's log")
        plural = "problem" if count == 1 else "problems"
        raise SourcesUnusable(
            "\n".join([f"{count} {plural} in the sources:", *lines]),
            problem_count=count,
            problems=[
                {"code": problem.code, "path": problem.path, "message": str(problem)}
                for problem in self._problems[:_KEPT]
            ],
        )

    def _folder(self, field: str, named: str) -> Path | None:
        """Return the folder, links resolved, if it can be used at all."""
        try:
            path = Path(require_source_path(field, named)).resolve(strict=True)
            require_in_roots(field, path, self._roots)
            if path.is_dir():
                self.folders.append(path)
                return path
            self._problem("not_a_folder", named, f"({field}) is a file; a folder is needed")
        except SourceOutsideRoots as outside:
            self._problem(outside.code, named, f"is not allowed: {outside.message}")
        except TransferError as refused:
            self._problem(refused.code, named, f"is not allowed: {refused.message}")
        except FileNotFoundError:
            self._problem("source_missing", named, f"({field}) does not exist")
        except (OSError, RuntimeError) as problem:
            self._problem("folder_unreadable", named, f"({field}) cannot be reached: {problem}")
        return None

    def _walk(self, folder: Path, name: str) -> FolderFacts:
        facts = walk_source(
            folder, self._roots, key_prefix=f"{self._prefix}{name}/", on_bytes=self._on_bytes
        )
        self._problems += facts.problems
        if not facts.files and not facts.problems:
            self._problem("source_empty", str(folder), "holds no file")
        logger.info("%s: %d files, %d bytes", folder, facts.files, facts.bytes)
        return facts

    def _may_read(self, path: Path) -> bool:
        try:
            require_in_roots(path.name, path.resolve(), self._roots)
        except SourceOutsideRoots as outside:
            self._problem("link_escapes", str(path), f"is not allowed: {outside.message}")
            return False
        if not os.access(path, os.R_OK):
            self._problem("file_unreadable", str(path), "may not be read by the service")
            return False
        return True

    def _problem(self, code: str, path: str, what: str) -> None:
        self._problems.append(Problem(code, printable(path), what))


def _require_room(staging: Path, needed: int) -> int:
    """Return the bytes free for staging; raises `StagingFull` if they are too few."""
    folder = next(parent for parent in (staging, *staging.parents) if parent.is_dir())
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise StagingFull(
            f"Staging needs up to {needed:,} bytes in {folder}, but {free:,} bytes are free.",
            folder=str(folder),
            needed_bytes=needed,
            free_bytes=free,
        )
    return free
