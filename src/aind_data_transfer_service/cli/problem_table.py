"""What is wrong with a request, as a table."""

from collections.abc import Sequence

from ..client import Problem
from .output import print_table


def print_problems(problems: Sequence[Problem]) -> None:
    """Print one row a problem, or warning."""
    print_table(
        ("Field", "Value", "What is wrong", "Allowed", "Nearest"),
        [
            (
                problem.field or "(request)",
                "" if problem.value is None else str(problem.value),
                _what_is_wrong(problem),
                ", ".join(problem.allowed or ()),
                problem.nearest or "",
            )
            for problem in problems
        ],
    )


def _what_is_wrong(problem: Problem) -> str:
    """Return the message without what other columns say."""
    text = problem.message.removeprefix(f"{problem.field}: ")
    if problem.allowed:
        text = text.partition(" Allowed:")[0]
    return text.partition(" Did you mean")[0]
