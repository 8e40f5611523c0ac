"""The columns of one table: which of them say what, and what is wrong with the headings."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from .headings import NO_EFFECT, REQUIRED, Meaning, meaning_of, nearest_heading
from .problems import Place, SheetProblem
from .table import Table, TableRow

MODALITY = "modality"


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose heading is known."""

    index: int
    heading: str
    meaning: Meaning


class Columns:
    """All columns of a table that mean something."""

    def __init__(self, table: Table) -> None:
        self.problems: list[SheetProblem] = []
        self._table = table
        self._by_meaning: defaultdict[Meaning, list[Column]] = defaultdict(list)
        for index, heading in enumerate(table.headings):
            if heading:
                self._add(index, heading)
        if table.headings:
            self.problems += self._missing()
        self._warn_of_columns_without_heading()

    @property
    def modalities(self) -> list[str]:
        """What stands after ``modality`` in the headings, in their order."""
        return list(dict.fromkeys(m.modality for m in self._by_meaning if m.modality is not None))

    def of(self, meaning: Meaning) -> list[Column]:
        """Return the columns of that meaning, of which there should be one or none."""
        return self._by_meaning.get(meaning, [])

    def of_modality(self, key: str) -> list[Meaning]:
        """Return all that the columns of one modality say."""
        return [meaning for meaning in self._by_meaning if meaning.modality == key]

    def place(self, row: int, *meanings: Meaning) -> Place:
        """Return the cell of a row that should say this: in the first of these columns there is."""
        for meaning in meanings:
            for column in self.of(meaning):
                return Place(row, column.index, column.heading)
        return Place(row, None, meanings[0].name if meanings else None)

    def stray_cells(self, row: TableRow) -> Iterator[SheetProblem]:
        """Yield cells beyond the last heading of text: a stray delimiter moved them there."""
        if not self._table.delimited:
            return
        for index, cell in enumerate(row.cells[len(self._table.headings) :]):
            if cell.text:
                yield SheetProblem(
                    code="cell_without_heading",
                    message=f"{cell.text!r} stands beyond the last heading. A delimiter in a value"
                    " moves all that follows: put such a value in quotes",
                    place=Place(row.number, len(self._table.headings) + index),
                    value=cell.text,
                )

    def _add(self, index: int, heading: str) -> None:
        place = Place(self._table.heading_row, index, heading)
        meaning = meaning_of(heading)
        if meaning is None:
            near = nearest_heading(heading)
            hint = f". Did you mean {near!r}?" if near else ""
            self._warn("heading_unknown", f"the heading {heading!r} is not known and the column is"
                       f" left out{hint}", place, near)  # fmt: skip
            return
        if meaning.name in NO_EFFECT:
            text = f"the column {heading!r} has no effect any more"
            self._warn("column_without_effect", text, place)
            return
        first = self.of(meaning)[:1]
        if first and _word(first[0].heading) == _word(heading):
            self.problems.append(
                SheetProblem(
                    code="heading_repeated",
                    message=f"the heading {heading!r} stands twice: which of the columns counts?",
                    place=place,
                    value=heading,
                )
            )
        self._by_meaning[meaning].append(Column(index, heading, meaning))

    def _missing(self) -> Iterator[SheetProblem]:
        wanted = [name for name in REQUIRED if not self.of(Meaning(name))]
        keys = self.modalities
        if not any(self.of(Meaning(MODALITY, key)) for key in keys):
            wanted.append(f"{MODALITY}{keys[0] if keys else '0'}")
        for name in wanted:
            yield SheetProblem(
                code="heading_missing",
                message=f"there is no column {name!r}, which is required",
                place=Place(self._table.heading_row, None, name),
            )

    def _warn_of_columns_without_heading(self) -> None:
        headings = self._table.headings
        end = len(headings) if self._table.delimited else self._table.width
        for index in range(end):
            if not any(headings[index : index + 1]) and any(
                row.cell(index).text for row in self._table.rows
            ):
                text = "the column has no heading and is left out"
                self._warn("column_without_heading", text, Place(self._table.heading_row, index))

    def _warn(self, code: str, message: str, place: Place, nearest: str | None = None) -> None:
        self.problems.append(
            SheetProblem(
                code=code,
                message=message,
                place=place,
                severity="warning",
                value=place.heading,
                nearest=nearest,
            )
        )


def _word(heading: str) -> str:
    return heading.lower().replace("-", "_").replace(" ", "_")
