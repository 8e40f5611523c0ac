"""The problems of a sheet, those that are the same as one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .checked import SheetProblem
from .form import Replacement

_SPOTS_SHOWN = 12


class Spot(NamedTuple):
    """Where a problem is."""

    id: str
    """Of its cell or row on the page; empty if it is in the headings, which are not mended here."""
    text: str

    @classmethod
    def of(cls, problem: SheetProblem, rows: Collection[int]) -> "Spot":
        """Return the cell of a problem, else its row; ``rows`` are those of the sheet."""
        cell = f"{problem.column}{problem.row}" if problem.column is not None else ""
        text = cell or f"row {problem.row}"
        if problem.row not in rows:
            return cls("", text)
        return cls(cell or f"row-{problem.row}", text)


@dataclass(slots=True)
class ProblemGroup:
    """The same problem, wherever it is."""

    problem: SheetProblem
    spots: list[Spot] = field(default_factory=list)
    """In the order of the sheet."""
    replace: str = ""
    add: str = ""
    """Heading of the column that is missing."""

    @property
    def shown_spots(self) -> Sequence[Spot]:
        """The first places."""
        return self.spots[:_SPOTS_SHOWN]


def group_problems(problems: Sequence[SheetProblem], rows: Collection[int]) -> list[ProblemGroup]:
    """Return the problems, those that are the same as one; errors first, in the sheet's order.

    ``rows`` are the numbers of the sheet's rows below its headings.
    """
    groups: dict[tuple[Any, ...], ProblemGroup] = {}
    for problem in sorted(problems, key=lambda each: each.severity):
        key = (problem.severity, problem.code, problem.column, problem.value, problem.message)
        group = groups.setdefault(
            key,
            ProblemGroup(
                problem,
                replace=_replacement(problem),
                add=problem.heading or "" if problem.code == "heading_missing" else "",
            ),
        )
        if problem.row is not None:
            group.spots.append(Spot.of(problem, rows))
    return list(groups.values())


def _replacement(problem: SheetProblem) -> str:
    if problem.column is None or problem.nearest is None:
        return ""
    return Replacement(
        column=problem.column, old=problem.value or "", new=problem.nearest
    ).model_dump_json()
