"""The cells of one row, asked for by what they mean."""

from collections.abc import Iterator

from .columns import Columns
from .headings import Meaning
from .problems import Place, Severity, SheetProblem
from .table import Cell, CellKind, TableRow

_TRUE = {"true", "t", "yes", "y", "1"}
_FALSE = {"false", "f", "no", "n", "0"}


class RowCells:
    """Tells what a row says, and gathers what is wrong with it; each thing once."""

    def __init__(self, row: TableRow, columns: Columns) -> None:
        self.row = row
        self.columns = columns
        self.problems = list(columns.stray_cells(row))
        self._texts: dict[Meaning, str] = {}

    def text(self, meaning: Meaning) -> str:
        """Return what the row says, empty if nothing; several columns of it must not differ."""
        if meaning not in self._texts:
            self._texts[meaning] = self._read(meaning)
        return self._texts[meaning]

    def truth(self, meaning: Meaning) -> bool:
        """Return whether the row says yes; an empty cell is no."""
        text = self.text(meaning)
        word = text.lower()
        if word and word not in _TRUE | _FALSE:
            message = f"{text!r} is neither true nor false"
            self.report("bool_invalid", message, meaning, allowed=("true", "false"))
        return word in _TRUE

    def place(self, *meanings: Meaning) -> Place:
        """Return the cell that should say this: in the first of these columns that there is."""
        return self.columns.place(self.row.number, *meanings)

    def is_reported(self, meaning: Meaning) -> bool:
        """Whether the cell is known to be wrong already."""
        place = self.place(meaning)
        return any(problem.is_error and problem.place == place for problem in self.problems)

    def report(
        self,
        code: str,
        message: str,
        *meanings: Meaning,
        severity: Severity = "error",
        allowed: tuple[str, ...] | None = None,
    ) -> None:
        """Note what is wrong with a cell."""
        place = self.place(*meanings)
        value = None if place.index is None else self.row.cell(place.index).text or None
        self._add(SheetProblem(code, message, place, severity, value, allowed))

    def require(self, message: str, *meanings: Meaning) -> None:
        """Note that a cell is empty, unless something else is known to be wrong with it."""
        if not self.is_reported(meanings[0]):
            self.report("missing", message, *meanings)

    def _read(self, meaning: Meaning) -> str:
        said: dict[str, Place] = {}
        for column in self.columns.of(meaning):
            cell = self.row.cell(column.index)
            place = Place(self.row.number, column.index, column.heading)
            usable = True
            for problem in _cell_problems(cell, place):
                self._add(problem)
                usable = usable and not problem.is_error
            if cell.text and usable:
                said.setdefault(cell.text, place)
        if len(said) > 1:
            self._add(_differing(said))
        return next(iter(said), "")

    def _add(self, problem: SheetProblem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


def _cell_problems(cell: Cell, place: Place) -> Iterator[SheetProblem]:
    value = cell.text or None
    match cell.kind:
        case CellKind.FORMULA:
            message = f"the cell has a formula; the value it was saved with is used: {cell.text!r}"
            yield SheetProblem("formula_value_used", message, place, "warning", value)
        case CellKind.FORMULA_ALONE:
            message = (
                "the cell has a formula and no saved value; formulas are never worked out here"
            )
            yield SheetProblem("formula_without_value", message, place, "error", value)
        case CellKind.ERROR:
            message = f"the cell shows the error {cell.text}"
            yield SheetProblem("cell_error", message, place, "error", value)
        case CellKind.MERGED:
            message = "the cell is merged with another, so that it has no value of its own"
            yield SheetProblem("cell_merged", message, place, "error", value)
        case CellKind.TEXT if "\0" in cell.text:
            shown = cell.text.replace("\0", "\N{SYMBOL FOR NULL}")
            message = f"{shown!r}: the character U+0000 is not allowed in text"
            yield SheetProblem("nul_character", message, place, "error", shown)
        case _:
            return


def _differing(said: dict[str, Place]) -> SheetProblem:
    (first, one), (second, other) = list(said.items())[:2]
    return SheetProblem(
        code="values_differ",
        message=f"{second!r} differs from {first!r} in column {one.heading!r}, which says the same",
        place=other,
        value=second,
    )
