"""Checks the folders that a request names, as far as this process can see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class NamedPath:
    """A folder and where the request names it."""

    loc: Loc
    path: str


def path_problems(
    plan: JobPlan, named: Sequence[NamedPath], loc: Loc, policy: IntakePolicy
) -> Iterator[Problem]:
    """Yield what is wrong with the paths of a job whatever is on disk: these are errors."""
    for place in named:
        field = field_path(place.loc)
        try:
            require_in_roots(field, require_source_path(field, place.path), policy.source_roots)
        except (PathInvalid, SourceOutsideRoots) as error:
            yield _problem(error.code, place.loc, error.message, place.path)
    try:
        require_not_nested(
            {m.abbreviation: PurePosixPath(m.source) for m in plan.modalities if m.source}
        )
    except SourcesNested as error:
        yield _problem(error.code, (*loc, "modalities"), error.message, None)


def missing_folders(named: Sequence[NamedPath]) -> Iterator[Problem]:
    """Yield the folders of a job that are not there, or are not folders."""
    for place in named:
        path = Path(place.path)
        try:
            found = path.is_dir()
            what = "is not a folder" if not found and path.exists() else "does not exist"
        except PermissionError:
            found, what = False, "may not be looked at by the server"
        if not found:
            message = f"{path} {what}, as far as the server can see"
            yield _problem("source_missing", place.loc, message, place.path)


def _problem(code: str, loc: Loc, message: str, value: str | None) -> Problem:
    field = field_path(loc)
    text = message if message.startswith(field) else f"{field}: {message}"
    return Problem(code=code, loc=loc, field=field, message=text, value=value)
