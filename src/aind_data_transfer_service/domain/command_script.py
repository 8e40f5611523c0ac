"""Fills the placeholders of a preset's bash script so that no value can become code.

Placeholders are those of the first service: ``%JOB_SETTINGS``, ``%IMAGE_VERSION``, ``%IMAGE``,
``%INPUT_SOURCE``, ``%OUTPUT_LOCATION``, ``%S3_LOCATION`` and ``%ENV_FILE``.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import InvalidInput

PLACEHOLDERS = (
    "%JOB_SETTINGS",
    "%IMAGE_VERSION",
    "%IMAGE",
    "%INPUT_SOURCE",
    "%OUTPUT_LOCATION",
    "%S3_LOCATION",
    "%ENV_FILE",
)

_PLACEHOLDER = "|".join(PLACEHOLDERS)
_ANY_PLACEHOLDER = re.compile(_PLACEHOLDER)
# What may follow in each state of the shell's quoting, up to what changes the state.
_BARE = re.compile(
    rf"(?P<placeholder>{_PLACEHOLDER})|(?P<escape>\\.)|(?P<comment>(?:(?<=[\s;&|()])|\A)#[^\n]*)"
    rf"|(?P<here>(?<!<)<<(?!<))|(?P<ansi>\$')|(?P<dollar>\$(?={_PLACEHOLDER}))|(?P<tick>`)"
    r"|(?P<arithmetic>\(\()|\$\{\w+\}|(?P<expansion>\$\{)|(?P<single>')|(?P<double>\$?\")",
    re.DOTALL,
)
_SINGLE = re.compile(rf"(?P<placeholder>{_PLACEHOLDER})|(?P<bare>')")
_DOUBLE = re.compile(
    rf"(?P<placeholder>{_PLACEHOLDER})|(?P<escape>\\.)|(?P<dollar>\$(?={_PLACEHOLDER}))"
    r"|\$\{\w+\}|(?P<nested>\$[({]|`)|(?P<bare>\")",
    re.DOTALL,
)
_SPECIAL_IN_DOUBLE = re.compile(r'[\\"$`]')
_UNSAFE = {
    "here": "a here-document",
    "ansi": "$'…'",
    "dollar": "a dollar sign",
    "tick": "backquotes",
    "arithmetic": "an arithmetic expression",
    "expansion": "an expansion with more than a name in it",
    "nested": "an expansion inside double quotes",
}


class CommandScriptInvalid(InvalidInput):
    """A script whose placeholders cannot be filled safely."""

    code = "command_script_invalid"
    what_to_do_default = "Correct the preset's command_script."


def fill(script: str, values: Mapping[str, str]) -> str:
    """Replace each placeholder by its value, quoted as the place in the script needs it.

    The script is read once: what a value holds is never looked at again. In quotes, single or
    double, and outside of them the shell sees exactly the value, as one word or as part of one.

    Parameters
    ----------
    script
        A bash script.
    values
        Placeholder → value.

    Raises
    ------
    CommandScriptInvalid
        If a placeholder has no value, a value holds U+0000, or a placeholder comes after a
        construct in which quoting would depend on more than this can follow.
    """
    filled: list[str] = []
    state, position = "bare", 0
    while match := _STATES[state][0].search(script, position):
        filled.append(script[position : match.start()])
        position = match.end()
        kind = match.lastgroup or ""
        if kind == "placeholder":
            filled.append(_STATES[state][1](_value(match[0], values)))
            continue
        filled.append(match[0])
        if kind in _UNSAFE:
            _require_none(script[position:], _UNSAFE[kind])
            break
        if kind in _STATES:
            state = kind
    return "".join(filled) + script[position:]


def fill_settings(settings: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Replace the placeholders in the texts of a task's settings, before they become JSON."""
    return {key: _filled(item, values) for key, item in settings.items()}


def settings_text(settings: Mapping[str, Any]) -> str:
    """Return settings as ``%JOB_SETTINGS`` stands for them."""
    return json.dumps(settings)


def is_placeholder(value: object) -> bool:
    """Tell whether a setting only holds the place of a value that the service fills in."""
    return isinstance(value, str) and value.strip() in PLACEHOLDERS


def _filled(item: Any, values: Mapping[str, str]) -> Any:
    if isinstance(item, str):
        return _ANY_PLACEHOLDER.sub(lambda match: _value(match[0], values), item)
    if isinstance(item, Mapping):
        return fill_settings(item, values)
    if isinstance(item, list):
        return [_filled(part, values) for part in item]
    return item


def _value(placeholder: str, values: Mapping[str, str]) -> str:
    value = values.get(placeholder)
    if value is None:
        known = ", ".join(sorted(values)) or "none"
        raise CommandScriptInvalid(
            f"{placeholder} has no value for this task. Those with: {known}."
        )
    if "\0" in value:
        raise CommandScriptInvalid(f"The value of {placeholder} holds the character U+0000.")
    return value


def _require_none(rest: str, construct: str) -> None:
    match = _ANY_PLACEHOLDER.search(rest)
    if match is not None:
        raise CommandScriptInvalid(
            f"{match[0]} comes after {construct}: it cannot be filled in safely there. Put it"
            " before, for example into a variable."
        )


def _in_single(value: str) -> str:
    return value.replace("'", "'\\''")


_STATES: Mapping[str, tuple[re.Pattern[str], Callable[[str], str]]] = {
    # Quoted even where it need not be: a word such as A=b means something to the shell.
    "bare": (_BARE, lambda value: f"'{_in_single(value)}'"),
    "single": (_SINGLE, _in_single),
    "double": (_DOUBLE, lambda value: _SPECIAL_IN_DOUBLE.sub(r"\\\g<0>", value)),
}
