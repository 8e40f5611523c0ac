"""What became of a sheet, as the API answers it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ...domain.plan import JobPlan
from .folders import Seen
from .problems import SheetProblem
from .rows import Draft
from .table import Table


@dataclass(slots=True)
class RowReport:
    """What became of a row."""

    draft: Draft
    problems: list[SheetProblem]
    plan: JobPlan | None = None
    """None: it is no job that can be planned."""
    job: dict[str, Any] | None = None
    """As V2 requests have it, with what was filled in."""

    @property
    def number(self) -> int:
        """The row's number."""
        return self.draft.row.number

    @property
    def is_valid(self) -> bool:
        """Whether it can be submitted, as far as its own cells go."""
        return self.plan is not None and not any(problem.is_error for problem in self.problems)


@dataclass(slots=True)
class SheetReport:
    """What became of a sheet."""

    table: Table
    about_sheet: list[SheetProblem]
    """Problems of the file and of its headings."""
    rows: list[RowReport]
    seen: dict[str, Seen] = field(default_factory=dict)
    """What was seen of the folders, by path."""

    @property
    def problems(self) -> list[SheetProblem]:
        """All problems: first those of the whole sheet, then row by row."""
        return [*self.about_sheet, *(problem for row in self.rows for problem in row.problems)]

    @property
    def is_valid(self) -> bool:
        """Whether every row can be submitted."""
        return not any(problem.is_error for problem in self.problems)

    @property
    def good_rows(self) -> list[RowReport]:
        """The rows that can be submitted, even if others cannot."""
        if any(problem.is_error for problem in self.about_sheet):
            return []
        return [row for row in self.rows if row.is_valid]

    def as_dict(self) -> dict[str, Any]:
        """Return it as the API carries it."""
        good = self.good_rows
        index_of = {row.number: index for index, row in enumerate(good)}
        return {
            "jobs": [row.job for row in good],
            "errors": [str(problem) for problem in self.problems if problem.is_error],
            "problems": [problem.as_dict(self.table.sheet) for problem in self.problems],
            "table": self.table.as_dict(),
            "rows": [self._row(row, index_of.get(row.number)) for row in self.rows],
        }

    def _row(self, row: RowReport, index: int | None) -> dict[str, Any]:
        plan = row.plan
        return {
            "row": row.number,
            "valid": index is not None,
            "job": index,
            "asset_name": plan and plan.asset_name,
            "target": plan and f"{plan.location}/",
            "modalities": [self._modality(name, path) for name, path in row.draft.sources],
        }

    def _modality(self, name: str, path: str | None) -> dict[str, Any]:
        seen = self.seen.get(path or "", Seen(looked=False))
        return {
            "name": name,
            "source": path,
            "exists": seen.exists,
            "files": seen.files,
            "bytes": seen.bytes,
            "complete": seen.complete,
        }


def without_rows(problems: Sequence[SheetProblem]) -> dict[str, Any]:
    """Return the same for a file in which no sheet could be read."""
    return {
        "jobs": [],
        "errors": [str(problem) for problem in problems],
        "problems": [problem.as_dict(None) for problem in problems],
        "table": {"sheet": None, "heading_row": 1, "headings": [], "rows": []},
        "rows": [],
    }
