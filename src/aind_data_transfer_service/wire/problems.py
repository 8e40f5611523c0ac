"""What is wrong with a request, field by field, for people, programs and the V1 API."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

Loc = tuple[str | int, ...]

# pydantic's own words for "not one of those allowed".
_UNKNOWN_VALUE = {"enum", "literal_error", "union_tag_invalid", "union_tag_not_found"}
# Requests are JSON: its words, not Python's, name the types.
_JSON_MESSAGES = {
    "model_type": "Input should be an object",
    "model_attributes_type": "Input should be an object",
    "dataclass_type": "Input should be an object",
    "dict_type": "Input should be an object",
    "list_type": "Input should be a valid array",
    "set_type": "Input should be a valid array",
}
_LONGEST_VALUE = 200
_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or doubtful, at one place of a request.

    Parameters
    ----------
    code
        Stable snake_case word for the kind of problem.
    loc
        Keys and indices that lead to the value.
    field
        The same as text, for example ``upload_jobs[0].platform``; empty for the whole request.
    message
        What is wrong and what is allowed.
    value
        What was given, shortened if long; None if nothing was.
    allowed
        The values allowed, where they can be listed.
    nearest
        The allowed value or known field that was probably meant.
    """

    code: str
    loc: Loc
    field: str
    message: str
    value: str | int | float | bool | None = None
    allowed: tuple[str, ...] | None = None
    nearest: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as the API carries it."""
        # Thousands are told at once, and dataclasses.asdict is slow.
        return {name: getattr(self, name) for name in self.__slots__}


def field_path(loc: Iterable[str | int]) -> str:
    """Return ``loc`` as text: ``upload_jobs[0].modalities[1].source``."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return path.removeprefix(".")


def nearest_of(value: str, allowed: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the allowed word most like ``value``, whatever its case; None if none is like it."""
    by_key = {_key(word): word for word in allowed}
    close = difflib.get_close_matches(_key(value), by_key, n=1, cutoff=cutoff)
    return by_key[close[0]] if close else None


def problem_error(
    code: str,
    message: str,
    *,
    allowed: Iterable[str] | None = None,
    nearest: str | None = None,
) -> PydanticCustomError:
    """Return the error for a validator to raise; `problems_of` finds all of it again."""
    context: dict[str, Any] = {"message": message, "nearest": nearest}
    if allowed is not None:
        context["allowed"] = tuple(allowed)
    # The message goes in as a value, since braces in it would be read as places to fill.
    return PydanticCustomError(code, "{message}", context)


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """Return the problems a validation found, in the order of the fields."""
    return tuple(_problem(item) for item in error.errors(include_url=False))


def reference_errors(error: ValidationError) -> str:
    """Return the ``errors`` member of a V1 answer: a JSON string of pydantic's error list.

    Our own kinds of error appear as pydantic's ``value_error``, the only kind V1 clients know.
    """
    items: list[dict[str, Any]] = json.loads(error.json())
    for item in items:
        if "message" in item.get("ctx", {}):
            text = item["msg"]
            item["url"] = item["url"].replace(item["type"], "value_error")
            item.update(type="value_error", msg=f"Value error, {text}", ctx={"error": text})
        else:
            item["msg"] = _JSON_MESSAGES.get(item["type"], item["msg"])
    return json.dumps(items, separators=(",", ":"))


def _problem(item: ErrorDetails) -> Problem:
    kind, loc, given = item["type"], item["loc"], item["input"]
    context: Mapping[str, Any] = item.get("ctx", {})
    field = field_path(loc)
    allowed: tuple[str, ...] | None = context.get("allowed")
    nearest: str | None = context.get("nearest")
    message = _JSON_MESSAGES.get(kind, item["msg"])
    if kind in _UNKNOWN_VALUE:
        allowed = allowed or _listed(context)
        kind, given = "unknown_value", context.get("tag", given)
        nearest = nearest_of(str(given), allowed) if allowed else None
        message = f"{_shown(given)!r} is not known. Allowed: {', '.join(allowed)}"
    elif kind == "missing":
        nearest = nearest_of(str(loc[-1]), given, cutoff=0.75) if isinstance(given, dict) else None
        message, given = "this field is required", None
    if nearest is not None:
        message = f"{message.rstrip('.!')}. Did you mean {nearest!r}?"
    return Problem(
        code=kind,
        loc=loc,
        field=field,
        message=f"{field}: {message}" if field else message,
        value=_shown(given),
        allowed=allowed,
        nearest=nearest,
    )


def _listed(context: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_QUOTED.findall(context.get("expected_tags") or context.get("expected") or ""))


def _shown(value: object) -> str | int | float | bool | None:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _key(word: str) -> str:
    return word.lower().replace("-", "_")
