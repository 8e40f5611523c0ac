"""What the submit page shows of a checked spreadsheet."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import NamedTuple

from .checked import CheckedSheet, SheetJob, SheetProblem
from .groups import ProblemGroup, group_problems
from .table import Cell, Heading, Row, Table

ROWS_PER_PAGE = 50
_FEW_CHOICES = 30
_ONLY_EXAMPLES = {"datetime_invalid"}
"""Problems whose allowed values are not all there are."""
_GROUPS_SHOWN = 100


class Trouble(NamedTuple):
    """Why something was not done."""

    heading: str
    messages: tuple[str, ...]
    what_to_do: str


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell that can be mended."""

    id: str
    heading: str
    value: str
    state: str
    """``ready``, ``warning`` or ``problem``."""
    described_by: str
    """Ids of what says why; empty if it is ready."""
    choices: Sequence[str]
    """All that is allowed, where that is not much."""


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A problem beside its row."""

    id: str
    problem: SheetProblem


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with what would become of it."""

    number: int
    state: str
    cells: Sequence[ShownCell]
    problems: Sequence[ShownProblem]
    job: SheetJob | None


@dataclass(frozen=True, slots=True)
class SheetView:
    """One page of a spreadsheet, and what is to be said about all of it."""

    checked: CheckedSheet
    headings: Sequence[Heading]
    rows: Sequence[ShownRow]
    groups: Sequence[ProblemGroup]
    more_groups: int
    page: int
    last_page: int
    listed: int
    """Rows on all pages together."""
    only_problems: bool
    total: int
    ready: Sequence[int]
    faulty: int
    doubtful: int
    bytes: int
    complete: bool
    """Whether the folders of all ready rows were counted."""
    go: str

    @property
    def spots_here(self) -> set[str]:
        """Ids of what is on this page."""
        cells = {cell.id for row in self.rows for cell in row.cells}
        return cells | {f"row-{row.number}" for row in self.rows}

    @property
    def state(self) -> str:
        """``ready``, ``warning`` or ``problem``."""
        if self.faulty or not self.ready:
            return "problem"
        return "warning" if self.groups else "ready"

    @property
    def verdict(self) -> str:
        """All of it in a few words."""
        if not self.headings:
            return "The file cannot be read as it is"
        if not self.total:
            return "There are no rows yet"
        if not self.ready:
            return "No row is ready yet" if self.total > 1 else "The row is not ready yet"
        if self.faulty:
            return f"{len(self.ready):,} of {self.total:,} rows are ready"
        return f"All {self.total:,} rows are ready" if self.total > 1 else "The row is ready"


def view_sheet(
    checked: CheckedSheet,
    *,
    page: int = 1,
    only_problems: bool = False,
    kept: Collection[int] = (),
    go: str = "",
) -> SheetView:
    """Return a page of the sheet, or the one with the cell ``go``.

    Rows in ``kept`` are shown though ``only_problems`` are wanted.
    """
    table = checked.table
    by_row = _by_row(checked.problems)
    jobs = {job.row: job for job in checked.rows}
    wanted = {*by_row, *kept} if only_problems else {row.row for row in table.rows}
    listed = [row for row in table.rows if row.row in wanted]
    last_page = max(1, -(-len(listed) // ROWS_PER_PAGE))
    page = _page_of(go, listed) or max(1, min(page, last_page))
    shown = listed[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]
    groups = group_problems(checked.problems, {row.row for row in table.rows})
    ready = [job for job in checked.rows if job.valid]
    folders = [modality for job in ready for modality in job.modalities]
    return SheetView(
        checked=checked,
        headings=table.headings,
        rows=[_row(row, table, by_row.get(row.row, []), jobs.get(row.row)) for row in shown],
        groups=groups[:_GROUPS_SHOWN],
        more_groups=max(0, len(groups) - _GROUPS_SHOWN),
        page=page,
        last_page=last_page,
        listed=len(listed),
        only_problems=only_problems,
        total=len(table.rows),
        ready=[job.row for job in ready],
        faulty=len(table.rows) - len(ready),
        doubtful=sum(job.row in by_row for job in ready),
        bytes=sum(folder.bytes or 0 for folder in folders),
        complete=all(folder.complete for folder in folders),
        go=go,
    )


def _by_row(problems: Iterable[SheetProblem]) -> dict[int, list[SheetProblem]]:
    found: dict[int, list[SheetProblem]] = {}
    for problem in problems:
        if problem.row is not None:
            found.setdefault(problem.row, []).append(problem)
    return found


def _page_of(go: str, listed: Sequence[Row]) -> int | None:
    """Return the page with the cell ``C4`` or ``row-4``."""
    number = go.removeprefix("row-").lstrip(ascii_uppercase)
    places = [place for place, row in enumerate(listed) if str(row.row) == number]
    return places[0] // ROWS_PER_PAGE + 1 if places else None


def _row(
    row: Row, table: Table, problems: Sequence[SheetProblem], job: SheetJob | None
) -> ShownRow:
    shown = [
        ShownProblem(
            id=f"problem-{row.row}-{place}",
            problem=problem,
        )
        for place, problem in enumerate(problems)
    ]
    cells = [
        _cell(Cell(heading.column, row.row), heading.text, text, shown)
        for heading, text in zip(table.headings, row.cells, strict=True)
    ]
    return ShownRow(
        number=row.row,
        state=_state(problems, valid=job is not None and job.valid),
        cells=cells,
        problems=shown,
        job=job,
    )


def _cell(cell: Cell, heading: str, text: str, problems: Sequence[ShownProblem]) -> ShownCell:
    own = [shown for shown in problems if shown.problem.column == cell.column]
    choices: Sequence[str] = next(
        (shown.problem.allowed for shown in own if shown.problem.allowed), []
    )
    return ShownCell(
        id=str(cell),
        heading=heading,
        value=text,
        state=_state([shown.problem for shown in own], valid=True),
        described_by=" ".join(shown.id for shown in own),
        choices=choices if len(choices) <= _FEW_CHOICES else (),
    )


def _state(problems: Sequence[SheetProblem], *, valid: bool) -> str:
    if not valid or any(problem.severity == "error" for problem in problems):
        return "problem"
    return "warning" if problems else "ready"
