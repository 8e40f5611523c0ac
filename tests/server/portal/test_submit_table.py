import csv
import io
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.server.errors import BodyInvalid
from aind_data_transfer_service.server.portal.submit.table import Cell, Heading, Row, Table

_LETTERS = st.text(alphabet=string.ascii_uppercase, min_size=1, max_size=2)
_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8)


def _table() -> Table:
    return Table(
        sheet="Jobs",
        heading_row=2,
        headings=[Heading(column="A", text="platform"), Heading(column="C", text="subject_id")],
        rows=[Row(row=4, cells=["ecephis", "1"]), Row(row=6, cells=["ecephis", "2"])],
    )


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(_LETTERS, min_size=1, max_size=6, unique=True))
    rows = draw(st.lists(st.integers(2, 40), unique=True, max_size=6))
    cells = st.lists(_TEXT, min_size=len(columns), max_size=len(columns))
    return Table(
        heading_row=1,
        headings=[Heading(column=column, text=f"h{column}") for column in columns],
        rows=[Row(row=row, cells=draw(cells)) for row in sorted(rows)],
    )


def _lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


class TestAsCsv:
    def test_rows_and_columns_stay_where_they_were(self) -> None:
        assert _lines(_table().as_csv()) == [
            [],
            ["platform", "", "subject_id"],
            [],
            ["ecephis", "", "1"],
            [],
            ["ecephis", "", "2"],
        ]

    @given(tables())
    def test_every_cell_is_found_again_at_its_place(self, table: Table) -> None:
        lines = _lines(table.as_csv())
        for row in table.rows:
            for heading, text in zip(table.headings, row.cells, strict=True):
                place = 0
                for letter in heading.column:
                    place = 26 * place + ord(letter) - ord("A") + 1
                assert lines[row.row - 1][place - 1] == text

    def test_a_download_has_no_formulas(self) -> None:
        table = _table().mended({Cell("A", 4): "=1+1", Cell("C", 6): "@x"})

        text = table.as_download().decode("utf-8-sig")

        assert "'=1+1" in text
        assert "'@x" in text


class TestMending:
    def test_a_cell_changes_alone(self) -> None:
        mended = _table().mended({Cell("C", 6): "3", Cell("C", 5): "nowhere"})

        assert [row.cells for row in mended.rows] == [["ecephis", "1"], ["ecephis", "3"]]

    def test_a_value_is_replaced_in_its_whole_column_and_no_other(self) -> None:
        table = _table().mended({Cell("C", 4): "ecephis"}).replaced("A", "ecephis", "ecephys")

        assert [row.cells for row in table.rows] == [["ecephys", "ecephis"], ["ecephys", "2"]]

    def test_a_column_is_added_behind_the_last(self) -> None:
        wider = _table().with_column("project_name")

        assert wider.headings[-1] == Heading(column="D", text="project_name")
        assert [row.cells for row in wider.rows] == [["ecephis", "1", ""], ["ecephis", "2", ""]]

    def test_behind_z_comes_aa(self) -> None:
        table = Table(headings=[Heading(column="Z", text="")], rows=[])

        assert table.with_column("x").headings[-1].column == "AA"

    def test_rows_are_picked_by_number(self) -> None:
        assert [row.row for row in _table().only([6, 7]).rows] == [6]


class TestReading:
    def test_what_a_page_carries_comes_back(self) -> None:
        assert Table.read(_table().model_dump_json()) == _table()

    @pytest.mark.parametrize("text", ["", "{}", "[", '{"headings": [{"column": "1", "text": ""}]}'])
    def test_what_is_no_table_is_refused(self, text: str) -> None:
        with pytest.raises(BodyInvalid, match="cannot be read"):
            Table.read(text)

    @pytest.mark.parametrize("text", ["", "4", "A", "ABCD1", "A-1", "Ä1 "])
    def test_what_is_no_cell_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="is no cell"):
            Cell.parse(text)
