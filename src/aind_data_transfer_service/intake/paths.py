"""Checks the folders that a request names, as far as this process can see them."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..domain.paths import (
    PathInvalid,
    SourceOutsideRoots,
    SourcesNested,
    require_in_roots,
    require_not_nested,
    require_source_path,
)
from ..wire.problems import Loc, Problem, field_path


@dataclass(frozen=True, slots=True)
class NamedPath:
    """A folder and where the request names it."""

    loc: Loc
    path: str
    modality: str | None = None
    """Abbreviation, if it is the source of one."""


def path_problems(
    named: Sequence[NamedPath], loc: Loc, roots: Sequence[PurePosixPath]
) -> Iterator[Problem]:
    """Yield what is wrong with the paths of a job whatever is on disk: these are errors."""
    sources = {}
    for place in named:
        field = field_path(place.loc)
        try:
            path = require_source_path(field, place.path)
            if place.modality is not None:
                sources[place.modality] = path
            require_in_roots(field, path, roots)
        except (PathInvalid, SourceOutsideRoots) as error:
            yield _problem(error.code, place.loc, error.message, place.path)
    try:
        require_not_nested(sources)
    except SourcesNested as error:
        yield _problem(error.code, (*loc, "modalities"), error.message, None)


def missing_folders(named: Sequence[NamedPath]) -> Iterator[Problem]:
    """Yield the folders of a job that are not there, or are not folders."""
    for place in named:
        what = unlike_a_folder(place.path)
        if what is not None:
            message = f"{place.path} {what}, as far as the server can see"
            yield _problem("source_missing", place.loc, message, place.path)


def unlike_a_folder(path: str) -> str | None:
    """Return why a path cannot be uploaded from, as far as this process can see; None if it can."""
    try:
        # Thousands are asked for at once, and making a Path costs more than the look.
        return None if stat.S_ISDIR(os.stat(path).st_mode) else "is not a folder"  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError, ValueError):  # or no name can be so
        return "does not exist"
    except OSError as problem:  # no right to look, a name too long, a share that is away
        return f"cannot be looked at ({problem.strerror})"


def _problem(code: str, loc: Loc, message: str, value: str | None) -> Problem:
    field = field_path(loc)
    text = message if message.startswith(field) else f"{field}: {message}"
    return Problem(code=code, loc=loc, field=field, message=text, value=value)
