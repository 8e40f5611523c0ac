"""The user's own workbook comes back with what is wrong written at its cells."""

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from aind_data_transfer_service.intake.spreadsheet.annotate import AUTHOR, LIST, annotate
from aind_data_transfer_service.intake.spreadsheet.errors import SpreadsheetTooLarge

from .sheets import ROW, as_csv, as_workbook, check, table_of
from .test_workbook import changed

_BAD = {"project_name": "Nope", "acq_datetime": "2020-10-13", "subject_id": "0123"}
_ROWS = table_of(ROW, ROW | _BAD)


def marked(content: bytes, name: str = "jobs.xlsx") -> Workbook:
    return load_workbook(BytesIO(annotate(content, check(content, name))))


@pytest.mark.parametrize("name", ["jobs.xlsx", "jobs.csv"])
def test_cells_are_coloured_and_commented(name: str) -> None:
    content = as_csv(_ROWS).encode() if name.endswith("csv") else as_workbook(_ROWS)

    book = marked(content, name)

    sheet = book.worksheets[0]
    error, warning = sheet["A3"], sheet["C3"]
    assert error.comment.author == AUTHOR
    assert "'Nope' is no project" in error.comment.text
    assert error.comment.text.startswith("Error: ")
    assert "Choose one of the projects" in error.comment.text
    assert warning.comment.text.startswith("Warning: ")
    assert len({cell.fill.start_color.rgb for cell in (error, warning, sheet["A2"])}) == 3
    assert sheet["A2"].comment is None
    assert sheet["D3"].value == "0123"


def test_all_problems_are_listed_on_a_sheet() -> None:
    rows = list(marked(as_workbook(_ROWS))[LIST].iter_rows(values_only=True))

    assert rows[0][:3] == ("row", "column", "heading")
    assert [(row[0], row[1], row[3]) for row in rows[1:]] == [
        ("3", "C", "warning"),
        ("3", "A", "error"),
    ]


def test_what_else_is_in_the_workbook_stays() -> None:
    def edit(book: Workbook) -> None:
        book.worksheets[0]["B2"].font = Font(italic=True)
        book.worksheets[0]["A3"].comment = Comment("mine", "me")
        book.create_sheet("notes")["A1"] = "kept"

    book = marked(as_workbook(_ROWS, edit))

    assert book.worksheets[0]["B2"].font.italic
    assert book.worksheets[0]["A3"].comment.text.endswith("mine")
    assert book["notes"]["A1"].value == "kept"


def test_marks_of_an_earlier_check_are_taken_off() -> None:
    first = annotate(as_workbook(_ROWS), check(as_workbook(_ROWS), "jobs.xlsx"))
    book = load_workbook(BytesIO(first))
    book.worksheets[0]["A3"] = "Ephys Platform"
    content = BytesIO()
    book.save(content)

    again = marked(content.getvalue())

    assert again.worksheets[0]["A3"].comment is None
    assert again.worksheets[0]["A3"].fill.fill_type is None
    assert again.sheetnames.count(LIST) == 1
    assert len(list(again[LIST].iter_rows())) == 2


def test_no_formula_is_written() -> None:
    content = as_workbook(
        table_of(ROW, ROW | {"subject_id": "-1", "project_name": "@x"}),
        lambda book: book.worksheets[0].__setitem__("H2", "=1+1"),
    )
    for book in (
        marked(content),
        marked(as_csv(table_of(ROW | {"project_name": "=1+1"})).encode(), "jobs.csv"),
    ):
        kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row}
        assert "f" not in kinds


def test_merged_cells_are_separated_to_be_filled_in() -> None:
    content = as_workbook(
        table_of(ROW, ROW | {"subject_id": "2"}),
        lambda book: book.worksheets[0].merge_cells("A2:A3"),
    )

    sheet = marked(content).worksheets[0]

    assert "merged" in sheet["A3"].comment.text
    assert not sheet.merged_cells.ranges


def test_a_workbook_that_would_take_long_is_not_written() -> None:
    area = b'<mergeCells count="1"><mergeCell ref="A5:XFD1048576"/></mergeCells><pageMargins'
    content = changed(
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<pageMargins", area),
        as_workbook(_ROWS),
    )

    with pytest.raises(SpreadsheetTooLarge, match="given back"):
        marked(content)
