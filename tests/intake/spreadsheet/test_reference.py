"""Sheets that were sent to releases of the first service: what they answered, and what we answer.

Their folders are relative, which the first service let pass: they are made absolute before. The
differences listed here are explained in docs/differences.md.
"""

import json
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from aind_data_transfer_service.errors import InvalidInput

from .sheets import check

_SHEETS = Path(__file__).parents[2] / "data" / "spreadsheets"
_ANSWERS: dict[str, dict[str, dict[str, int | None]]] = json.loads(
    (_SHEETS / "answers.json").read_text()
)
_OK, _REFUSED = 200, 406

# Refused or failed there, in each release that gives V2 jobs; what a user would expect here.
_ACCEPTED = {
    "dt_underscore.csv": 1,
    "mod_screaming.csv": 1,
    "mod_spim_lower.csv": 1,
    "mod_underscore.csv": 1,
    "mod_upper.csv": 1,
    "semicolon.csv": 1,
    "upper_headers.csv": 1,
    "utf16.csv": 1,
    "whitespace_rows.csv": 1,
}
# Accepted there though something is wrong; how it is told here.
_REFUSALS = {
    "duplicate_header.csv": {"heading_repeated", "values_differ"},
    "duplicate_rows.csv": {"job_repeated"},
    "formula.xlsx": {"formula_without_value"},
    "modality_without_source.csv": {"missing"},
    "same_modality_twice.csv": {"modality_repeated"},
    "subject_html.csv": {"name_part_invalid"},
}
# Nothing was read there, though there are jobs.
_FOUND = {"other_sheet_active.xlsx": 1}
# A failure of the server there.
_UNREADABLE = {"not_really.xlsx": "headings_missing"}


def _absolute(path: Path) -> bytes:
    """Return a sheet with its folders made absolute."""
    content = path.read_bytes()
    if path.suffix == ".csv":
        encoding = "utf-16" if content.startswith(b"\xff\xfe") else "utf-8"
        return content.decode(encoding).replace("dir/", "/dir/").encode(encoding)
    book = load_workbook(BytesIO(content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("dir/"):
                    cell.value = f"/{cell.value}"
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def test_every_sheet_has_its_answers() -> None:
    assert {path.name for path in _SHEETS.iterdir()} == {*_ANSWERS, "answers.json"}
    assert {*_ACCEPTED, *_REFUSALS, *_FOUND, *_UNREADABLE} <= set(_ANSWERS)


@pytest.mark.parametrize("name", sorted(set(_ANSWERS) - set(_UNREADABLE)))
def test_a_sheet_is_answered_as_the_first_service_did_but_for_the_differences(name: str) -> None:
    report = check(_absolute(_SHEETS / name), name)

    found = (_OK if report.is_valid else _REFUSED, len(report.good_rows))
    answered = {
        (answer["status"], answer["jobs"])
        for release, answer in _ANSWERS[name].items()
        if release != "v1.12.0"
    }
    if name in _ACCEPTED or name in _FOUND:
        expected = (_OK, {**_ACCEPTED, **_FOUND}[name])
        assert expected not in answered
        assert found == expected
    elif name in _REFUSALS:
        assert found not in answered
        assert {p.code for p in report.problems if p.is_error} == _REFUSALS[name]
    else:
        assert found in answered


@pytest.mark.parametrize("name", _UNREADABLE)
def test_a_file_that_is_no_sheet_is_told_to_be_none(name: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        check((_SHEETS / name).read_bytes(), name)

    assert raised.value.code == _UNREADABLE[name]
