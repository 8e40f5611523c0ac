"""Lists of project names as files and services write them."""

import json
from typing import Any

from ..ports.project_names import ProjectNamesUnavailable


def parse_file(text: str, source: str) -> tuple[str, ...]:
    """Read a JSON list, or one name a line; raises `ProjectNamesUnavailable`."""
    if text.lstrip().startswith("["):
        return _names(_json(text, source), source)
    lines = (line.strip() for line in text.splitlines())
    return _names([line for line in lines if line], source)


def parse_answer(text: str, source: str) -> tuple[str, ...]:
    """Read ``{"data": ["name", …]}``, as aind-metadata-service answers.

    Raises `ProjectNamesUnavailable`.
    """
    answer = _json(text, source)
    if not isinstance(answer, dict) or "data" not in answer:
        raise ProjectNamesUnavailable(f'{source} does not answer {{"data": [names]}}.')
    return _names(answer["data"], source)


def _json(text: str, source: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProjectNamesUnavailable(f"{source} is not JSON: {error}.") from error


def _names(value: Any, source: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ProjectNamesUnavailable(f"{source} holds no list of names.")
    wrong = next((item for item in value if not isinstance(item, str) or not item.strip()), None)
    if wrong is not None:
        raise ProjectNamesUnavailable(f"{source} holds {wrong!r}, which is not a name.")
    if not value:
        raise ProjectNamesUnavailable(f"{source} holds no names.")
    return tuple(dict.fromkeys(value))
