"""Settings for the extractors of sessions and acquisitions: complete, checked, and in our folders.

They come in a request, or in a file on the share that the request names
(``user_settings_config_file``). What the request says wins over the file, as in the mapper.
"""

import json
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

from pydantic import ValidationError

from ..domain.paths import require_in_roots, require_source_path
from ..wire.v1.session_settings import (
    ACQUISITION_EXTRACTORS,
    SESSION_EXTRACTORS,
    ExtractorSettings,
)
from .errors import (
    ExtractorNotRunnable,
    SessionSettingsInvalid,
    SettingsFileInvalid,
    SettingsFileMissing,
)

Kind = Literal["session_settings", "acquisition_settings"]
KINDS: Mapping[Kind, Mapping[str, type[ExtractorSettings]]] = {
    "session_settings": SESSION_EXTRACTORS,
    "acquisition_settings": ACQUISITION_EXTRACTORS,
}
NOT_RUNNABLE = frozenset({"OpenEphys"})
FILE = "user_settings_config_file"
_NAME = "job_settings_name"
# What the extractors read, and nothing else of the settings names a place.
FOLDERS = ("input_source", "data_path", "data_directory", "raw_dataset_path", "behavior_source")
_READS = {"FiberPhotometry": ("data_directory",)}
_OTHERS_READ = ("input_source", "data_path", "raw_dataset_path")
_MOST_BYTES = 10_000_000


def require_runnable(given: Mapping[str, Any], kind: Kind) -> None:
    """Raise `ExtractorNotRunnable` for settings that are accepted and then cannot be run."""
    if given.get(_NAME) in NOT_RUNNABLE:
        raise ExtractorNotRunnable(
            f"{kind}: the mapper accepts settings of {given[_NAME]} and then ends with"
            " 'Unknown session job settings class!', because it has no extractor for them.",
            name=given[_NAME],
        )


def complete(given: Mapping[str, Any], roots: Sequence[str], kind: Kind) -> dict[str, Any]:
    """Return settings with what their file supplies, in the form of the mapper, checked.

    Raises what is wrong with them: `ExtractorNotRunnable`, `SettingsFileMissing`,
    `SettingsFileInvalid`, `SessionSettingsInvalid`, or an error of
    `aind_data_transfer_service.domain.paths`.
    """
    require_runnable(given, kind)
    own = {key: value for key, value in given.items() if key != FILE and value is not None}
    file = given.get(FILE)
    if file is None:
        checked = _validated(own, None, kind)
    else:
        supplied = read_settings_file(str(file), roots)
        _require_same_name(supplied, own, str(file))
        checked = _validated(supplied | own, str(file), kind)
        require_runnable(checked, kind)
    folders = dict(folders_of(checked))
    needed = _READS.get(checked[_NAME], _OTHERS_READ)
    if folders.keys().isdisjoint(needed):
        raise SessionSettingsInvalid(f"{kind}: {needed[0]} is needed: the folder to read.")
    for name, path in folders_of(checked):
        require_in_roots(f"{kind}: {name}", require_source_path(name, path), _paths(roots))
    return checked


def read_settings_file(file: str, roots: Sequence[str]) -> dict[str, Any]:
    """Return the JSON object in a settings file; raises what is wrong with the file."""
    path = require_source_path(FILE, file)
    require_in_roots(FILE, path, _paths(roots))
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise SettingsFileInvalid(f"{FILE}: {file} is not a file.", file=file)
        with Path(path).open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except FileNotFoundError as problem:
        raise SettingsFileMissing(f"{FILE}: {file} does not exist.", file=file) from problem
    except OSError as problem:
        raise SettingsFileInvalid(
            f"{FILE}: {file} cannot be read: {problem.strerror}.", file=file
        ) from problem
    if len(content) > _MOST_BYTES:
        raise SettingsFileInvalid(f"{FILE}: {file} is larger than 10 MB.", file=file)
    return _parsed(file, content)


def folders_of(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the folders that settings name, each with the setting's name."""
    for name in FOLDERS:
        value = settings.get(name)
        for path in value if isinstance(value, list) else [value]:
            if isinstance(path, str):
                yield name, path


def _parsed(file: str, content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except json.JSONDecodeError as problem:
        raise SettingsFileInvalid(
            f"{file}, line {problem.lineno}, column {problem.colno}: not JSON: {problem.msg}.",
            file=file,
        ) from problem
    except (UnicodeDecodeError, RecursionError) as problem:
        raise SettingsFileInvalid(f"{file}: not JSON: {problem}.", file=file) from problem
    if not isinstance(document, dict):
        raise SettingsFileInvalid(f"{file}: holds no JSON object.", file=file)
    return document


def _require_same_name(supplied: Mapping[str, Any], own: Mapping[str, Any], file: str) -> None:
    names = {settings[_NAME] for settings in (supplied, own) if _NAME in settings}
    if len(names) > 1:
        raise SettingsFileInvalid(
            f"{file}: {_NAME} is {supplied[_NAME]!r}, but the request says {own[_NAME]!r}.",
            file=file,
        )


def _validated(values: dict[str, Any], file: str | None, kind: Kind) -> dict[str, Any]:
    models = KINDS[kind]
    model = models.get(str(values.get(_NAME)))
    if model is None:
        raise SessionSettingsInvalid(
            f"{kind}: {_NAME} {values.get(_NAME)!r} is not known. Allowed:"
            f" {', '.join(name for name in models if name not in NOT_RUNNABLE)}."
        )
    # Normal forms of requests leave out what is null, even where null has to be said.
    known = {
        name: None for name, field in model.model_fields.items() if _may_be_none(field.annotation)
    } | {name: item for name, item in values.items() if name in model.model_fields}
    # Where output goes is for the job to say; one of the models cannot do without it.
    known["output_directory"] = "/"
    try:
        checked = model.model_validate(known).model_dump(mode="json")
    except ValidationError as refused:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
            for error in refused.errors(include_url=False, include_input=False)
        )
        if file is None:
            raise SessionSettingsInvalid(f"{kind}: {problems}.") from refused
        raise SettingsFileInvalid(
            f"{file}, with what the request says: {problems}.", file=file
        ) from refused
    return {**checked, "output_directory": None, FILE: None}


def _may_be_none(annotation: Any) -> bool:
    return type(None) in get_args(annotation)


def _paths(roots: Sequence[str]) -> list[PurePosixPath]:
    return [PurePosixPath(root) for root in roots]
