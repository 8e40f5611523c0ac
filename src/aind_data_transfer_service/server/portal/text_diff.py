"""What differs between two texts, line by line."""

from dataclasses import dataclass
from difflib import ndiff

_KINDS = {"+ ": "added", "- ": "removed", "  ": "same"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of either text, or of both."""

    kind: str
    """``added``, ``removed`` or ``same``."""
    text: str


def diff_lines(old: str, new: str) -> list[Line]:
    """Return all lines of both texts, each once, with which of them has it."""
    return [
        Line(_KINDS[line[:2]], line[2:])
        for line in ndiff(old.splitlines(), new.splitlines())
        if line[:2] in _KINDS
    ]
