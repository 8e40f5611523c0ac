"""The template: its columns, its lists, and that it is valid as it is filled in."""

import shutil
import subprocess
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from aind_data_transfer_service.intake.spreadsheet.read import read_table
from aind_data_transfer_service.intake.spreadsheet.template import (
    LAST_ROW,
    PREPARED_ROWS,
    build_csv_template,
    build_template,
)
from aind_data_transfer_service.intake.spreadsheet.template_columns import COLUMNS, HEADINGS
from aind_data_transfer_service.settings.spreadsheets import SpreadsheetSettings
from aind_data_transfer_service.wire.vocabulary import MODALITIES, PLATFORMS

from .sheets import check

_FIRST_SERVICE = (
    "job_type",
    "project_name",
    "platform",
    "acq_datetime",
    "subject_id",
    "metadata_dir",
    "modality0",
    "modality0.input_source",
    "modality1",
    "modality1.input_source",
)


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
    assert rule.showErrorMessage
    area = book.defined_names[rule.formula1].attr_text
    sheet, _, cells = area.partition("!")
    return [row[0].value for row in book[sheet][cells.replace("$", "")]]


def test_it_has_the_columns_that_users_know_and_more() -> None:
    jobs = _open(build_template())["jobs"]

    assert tuple(cell.value for cell in jobs[1]) == HEADINGS
    assert HEADINGS[: len(_FIRST_SERVICE)] == _FIRST_SERVICE
    assert {"modality2", "modality2.input_source", "s3_bucket"} <= set(HEADINGS)
    assert all(cell.font.bold for cell in jobs[1])
    assert jobs.freeze_panes == "A2"


def test_each_column_is_explained_by_a_comment() -> None:
    jobs = _open(build_template())["jobs"]

    for cell, column in zip(jobs[1], COLUMNS, strict=True):
        assert cell.comment is not None
        assert column.help in cell.comment.text
        assert cell.comment.text.startswith("Required" if column.required else "Optional")


def test_words_are_chosen_from_lists() -> None:
    book = _open(
        build_template(
            job_types=("default", "ecephys"), project_names=("Mine",), buckets=("default", "open")
        )
    )

    assert _choices(book, "A") == ["default", "ecephys"]
    assert _choices(book, "B") == ["Mine"]
    assert _choices(book, "C") == list(PLATFORMS.abbreviations)
    for column in "GIK":
        assert _choices(book, column) == list(MODALITIES.abbreviations)
    assert _choices(book, "M") == ["default", "open"]
    assert book["lists"].sheet_state == "hidden"


def test_only_dates_are_taken_as_times() -> None:
    jobs = _open(build_template())["jobs"]

    (rule,) = (r for r in jobs.data_validations.dataValidation if r.type == "date")

    assert (str(rule.sqref), rule.operator) == (f"D2:D{LAST_ROW}", "between")
    assert (rule.formula1, rule.formula2) == ("DATE(1990,1,1)", "DATE(2100,1,1)")
    assert rule.showErrorMessage


def test_rows_are_prepared_for_dates_and_for_ids_with_zeros() -> None:
    jobs = _open(build_template())["jobs"]

    for row in (2, PREPARED_ROWS + 1):
        assert jobs[f"D{row}"].number_format == 'yyyy-mm-dd"T"hh:mm:ss'
        assert jobs[f"E{row}"].number_format == "@"
    assert jobs["D2"].value == datetime.fromisoformat("2023-10-04T04:00")


def test_it_is_built_once_for_the_same_words() -> None:
    assert build_template(job_types=("a",)) is build_template(job_types=("a",))


@pytest.mark.parametrize("content", [build_template(), build_csv_template()], ids=["xlsx", "csv"])
def test_its_examples_are_valid(content: bytes) -> None:
    report = check(content, "template.csv" if content[:2] != b"PK" else "template.xlsx")

    assert [str(problem) for problem in report.problems] == []
    assert len(report.good_rows) == 3


def test_examples_name_a_project_there_is() -> None:
    jobs = _open(build_template(project_names=("Mine", "Ephys Platform")))["jobs"]

    assert [jobs[f"B{row}"].value for row in (2, 3, 4)] == ["Mine", "Mine", "Ephys Platform"]


_NAMES = st.lists(
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"]), min_size=1),
    min_size=1,
    max_size=5,
)


@settings(max_examples=20, deadline=None)
@given(_NAMES)
def test_any_name_is_text_and_never_a_formula(names: list[str]) -> None:
    book = _open(build_template(job_types=("=1+1",), project_names=tuple(names)))

    assert _choices(book, "A") == ["=1+1"]
    assert _choices(book, "B") == names
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_csv_hides_what_could_be_a_formula_and_reads_it_back(name: str) -> None:
    content = build_csv_template(project_names=[name])

    assert f",'{name}," in content.decode()
    table = read_table("t.csv", content, SpreadsheetSettings())
    assert {row.cells[1].text for row in table.rows} == {name}


@pytest.mark.service("soffice")
def test_libreoffice_opens_it_and_keeps_its_lists(service_url: str, tmp_path: Path) -> None:
    program = shutil.which(service_url)
    assert program is not None, f"there is no program {service_url}"
    (tmp_path / "template.xlsx").write_bytes(build_template(project_names=("Ephys Platform",)))

    subprocess.run(
        [
            program,
            "--headless",
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            tmp_path / "saved",
            tmp_path / "template.xlsx",
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )

    content = (tmp_path / "saved" / "template.xlsx").read_bytes()
    report = check(content, "template.xlsx")
    assert [str(problem) for problem in report.problems] == []
    assert len(report.good_rows) == 3
    book = _open(content)
    assert _choices(book, "G") == list(MODALITIES.abbreviations)
    assert book["lists"].sheet_state == "hidden"
    assert [r.type for r in book["jobs"].data_validations.dataValidation].count("date") == 1
