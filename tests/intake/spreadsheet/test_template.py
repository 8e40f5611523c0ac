from datetime import datetime
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from aind_data_transfer_service.intake.spreadsheet.template import (
    COLUMNS,
    LAST_ROW,
    build_template,
)
from aind_data_transfer_service.wire.vocabulary import MODALITIES, PLATFORMS


def _open(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


def _choices(book: Workbook, column: str) -> list[object]:
    """Return what the drop-down of a cell in row 2 offers."""
    jobs = book["jobs"]
    (rule,) = (
        rule
        for rule in jobs.data_validations.dataValidation
        if rule.type == "list" and f"{column}2" in rule.sqref
    )
    area = book.defined_names[rule.formula1].attr_text
    sheet, _, cells = area.partition("!")
    return [row[0].value for row in book[sheet][cells.replace("$", "")]]


def test_the_columns_and_examples_are_those_that_users_know() -> None:
    book = _open(build_template())
    jobs = book.active
    assert jobs is not None

    header, *rows = jobs.iter_rows(values_only=True)

    assert header == COLUMNS
    assert all(cell.font.bold for cell in jobs[1])
    assert [row[2] for row in rows] == ["behavior", "SmartSPIM", "ecephys"]
    assert rows[0][3] == datetime.fromisoformat("2023-10-04T04:00")
    for row in rows:
        assert row[2] in PLATFORMS.abbreviations
        assert {row[6], row[8]} - {None} <= set(MODALITIES.abbreviations)


def test_platforms_and_modalities_are_chosen_from_lists() -> None:
    book = _open(build_template())

    assert _choices(book, "C") == list(PLATFORMS.abbreviations)
    assert _choices(book, "G") == _choices(book, "I") == list(MODALITIES.abbreviations)
    assert book["lists"].sheet_state == "hidden"
    lists = [r for r in book["jobs"].data_validations.dataValidation if r.type == "list"]
    assert {str(rule.sqref) for rule in lists} == {
        f"C2:C{LAST_ROW}",
        f"G2:G{LAST_ROW} I2:I{LAST_ROW}",
    }
    assert all(rule.showErrorMessage for rule in lists)


def test_only_dates_are_taken_as_times() -> None:
    jobs = _open(build_template())["jobs"]

    (rule,) = (r for r in jobs.data_validations.dataValidation if r.type == "date")

    assert (str(rule.sqref), rule.operator) == (f"D2:D{LAST_ROW}", "between")
    assert (rule.formula1, rule.formula2) == ("DATE(1990,1,1)", "DATE(2100,1,1)")
    assert rule.showErrorMessage
    assert jobs["D2"].number_format == 'yyyy-mm-dd"T"hh:mm:ss'
    assert jobs["E2"].number_format == "@"


def test_examples_name_a_project_there_is() -> None:
    jobs = _open(build_template(project_names=["Mine", "Ephys Platform"]))["jobs"]

    assert [jobs[f"B{row}"].value for row in (2, 3, 4)] == ["Mine", "Mine", "Ephys Platform"]


_NAMES = st.lists(
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"]), min_size=1),
    min_size=1,
    max_size=5,
)


@settings(max_examples=20)
@given(_NAMES)
def test_any_name_is_text_and_never_a_formula(names: list[str]) -> None:
    book = _open(build_template(job_types=["=1+1"], project_names=names))

    assert _choices(book, "A") == ["=1+1"]
    assert _choices(book, "B") == names
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
