"""The path policy: what may be named as a source, judged by its text alone.

What only the file system can tell (links, existence) is checked where the folders are walked, by
`aind_data_transfer_service.tasks.check_source_folders_exist`.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import PurePath, PurePosixPath

from ..errors import InvalidInput

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Unicode's category Cc."""


class PathInvalid(InvalidInput):
    """A path that may not be used, whatever is there."""

    code = "path_invalid"


class SourceOutsideRoots(InvalidInput):
    """A source outside the folders that sources must lie in."""

    code = "source_outside_roots"
    what_to_do_default = "Move the data to a share the service may read, or ask an administrator."


class SourcesNested(InvalidInput):
    """The source of one modality lies in, or is, that of another."""

    code = "sources_nested"
    what_to_do_default = "Give each modality a folder of its own, beside the others."


def require_source_path(field: str, value: str) -> PurePosixPath:
    """Return an absolute POSIX path without ``..`` or control characters, else `PathInvalid`."""
    problem = _problem(value)
    if problem is not None:
        raise PathInvalid(
            f"{field} {value!r} {problem}. Allowed: an absolute POSIX path,"
            " such as /allen/aind/scratch/session/ecephys_data.",
            field=field,
            value=value,
        )
    # POSIX leaves open what two slashes at the beginning mean; on Linux they mean one.
    return PurePosixPath("/" + value.lstrip("/"))


def lies_in(path: PurePath, folders: Iterable[PurePath]) -> bool:
    """Tell whether ``path`` is one of ``folders`` or lies below one."""
    return any(_is_within(path, folder) for folder in folders)


def require_in_roots(field: str, path: PurePath, roots: Iterable[PurePath]) -> None:
    """Raise `SourceOutsideRoots` unless ``path`` lies in one of ``roots``; none means anywhere."""
    allowed = tuple(roots)
    if allowed and not lies_in(path, allowed):
        raise SourceOutsideRoots(
            f"{field} {str(path)!r} lies outside the folders that sources may come from:"
            f" {', '.join(map(str, allowed))}.",
            field=field,
            value=str(path),
        )


def require_not_nested(sources: Mapping[str, PurePath]) -> None:
    """Raise `SourcesNested` if one modality's folder lies in, or is, another's.

    Only modalities are compared: their folders are uploaded whole, so that nested ones would
    arrive twice. ``metadata_dir`` may be a parent or a child of them, because only the metadata
    files at its top are taken.
    """
    for (one, first), (other, second) in combinations(sources.items(), 2):
        if _is_within(first, second) or _is_within(second, first):
            relation = "is also" if first == second else "is nested with"
            raise SourcesNested(
                f"The source of {one}, {str(first)!r}, {relation} that of {other},"
                f" {str(second)!r}. Modalities must not be nested in one another.",
                modalities=[one, other],
            )


def _is_within(path: PurePath, folder: PurePath) -> bool:
    """Do what `is_relative_to` does, without the paths that it makes."""
    return path.parts[: len(folder.parts)] == folder.parts


def _problem(value: str) -> str | None:
    if not value.startswith("/"):
        return "is not absolute" if "\\" not in value else "is a Windows path"
    if _CONTROL.search(value):
        return "contains a control character"
    if ".." in value.split("/"):
        return "contains '..'"
    if not value.strip("/"):
        return "is the root of the file system"
    return None
