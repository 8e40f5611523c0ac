"""Checks the folders that a request names, as far as this process can see them."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ..domain.paths import (
    PathInvalid,
    SourceOutsideRoots,
    SourcesNested,
    require_in_roots,
    require_not_nested,
    require_source_path,
)
from ..domain.plan import JobPlan
from ..wire.problems import Loc, Problem, field_path
from .policy import IntakePolicy


def path_problems(plan: JobPlan, loc: Loc, policy: IntakePolicy) -> Iterator[Problem]:
    """Yield what is wrong with the paths of a job whatever is on disk: these are errors."""
    for place, path in _named(plan, loc):
        try:
            require_in_roots(
                field_path(place), require_source_path(field_path(place), path), policy.source_roots
            )
        except (PathInvalid, SourceOutsideRoots) as error:
            yield _problem(error.code, place, error.message, path)
    try:
        require_not_nested({m.abbreviation: PurePosixPath(m.source) for m in plan.modalities})
    except SourcesNested as error:
        yield _problem(error.code, (*loc, "modalities"), error.message, None)


def missing_folders(plan: JobPlan, loc: Loc) -> Iterator[Problem]:
    """Yield the folders of a job that are not there, or are not folders."""
    for place, path in _named(plan, loc):
        try:
            found = Path(path).is_dir()
            what = "is not a folder" if not found and Path(path).exists() else "does not exist"
        except PermissionError:
            found, what = False, "may not be looked at by the server"
        if not found:
            message = f"{path} {what}, as far as the server can see"
            yield _problem("source_missing", place, message, path)


def _named(plan: JobPlan, loc: Loc) -> Iterator[tuple[Loc, str]]:
    for index, modality in enumerate(plan.modalities):
        yield (*loc, "modalities", index, "source"), modality.source
    if plan.metadata_dir is not None:
        yield (*loc, "metadata_dir"), plan.metadata_dir
    if plan.derivatives_dir is not None:
        yield (*loc, "derivatives_dir"), plan.derivatives_dir


def _problem(code: str, loc: Loc, message: str, value: str | None) -> Problem:
    field = field_path(loc)
    text = message if message.startswith(field) else f"{field}: {message}"
    return Problem(code=code, loc=loc, field=field, message=text, value=value)
