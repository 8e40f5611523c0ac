"""What a preset may hold, and how it is written."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from pydantic import ValidationError

from ..ports.preset_store import PresetBroken, PresetInvalid, PresetKey, PresetVersion
from ..wire.problems import field_path, nearest_of
from ..wire.v2 import Task

_EXECUTOR = "executor"
_EXECUTORS = ("local", "slurm")
_FIELDS = (*Task.model_fields, _EXECUTOR)
"""What a preset says of a task: what a request may, and where it runs."""


def check_value(key: PresetKey, value: object) -> dict[str, Any]:
    """Return ``value`` if the preset may have it: a JSON object, in V2 a task's settings.

    Raises `PresetInvalid`.
    """
    try:
        return _parse(key, json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise PresetInvalid(f"{key}: {error}", key=str(key)) from error


def read_value(key: PresetKey, text: str, revision: str) -> dict[str, Any]:
    """Return the value a store holds as text; raises `PresetBroken`."""
    try:
        return _parse(key, text)
    except (TypeError, ValueError, RecursionError) as error:
        raise PresetBroken(key, str(error), revision=revision) from error


def write_value(value: Mapping[str, Any]) -> str:
    """Return a value as a store holds it: indented, for those who read it there."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def _parse(key: PresetKey, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"this is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise TypeError("this is not a JSON object.")
    if key.version is PresetVersion.V2:
        _check_task(value)
    return value


def _check_task(value: dict[str, Any]) -> None:
    faults = [_unknown_field(field) for field in value if field not in _FIELDS]
    executor = value.get(_EXECUTOR)
    if executor not in (None, *_EXECUTORS):
        faults.append(f"{_EXECUTOR}: {executor!r} is none of {', '.join(_EXECUTORS)}.")
    try:
        Task.model_validate(value, strict=True)
    except ValidationError as error:
        faults += [f"{field_path(fault['loc'])}: {fault['msg']}." for fault in error.errors()]
    if faults:
        raise ValueError(" ".join(faults))


def _unknown_field(field: str) -> str:
    nearest = nearest_of(field, _FIELDS)
    hint = f" Did you mean {nearest!r}?" if nearest else ""
    return f"{field!r} is not a field of a task.{hint} Allowed: {', '.join(_FIELDS)}."


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON.")
