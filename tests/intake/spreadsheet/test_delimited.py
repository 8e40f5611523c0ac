"""Text files are read whatever program wrote them."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aind_data_transfer_service.errors import InvalidInput
from aind_data_transfer_service.intake.spreadsheet.decode import decode
from aind_data_transfer_service.intake.spreadsheet.errors import (
    HeadingsMissing,
    SpreadsheetTooLarge,
    SpreadsheetUnreadable,
)
from aind_data_transfer_service.intake.spreadsheet.read import read_table
from aind_data_transfer_service.intake.spreadsheet.table import Table
from aind_data_transfer_service.settings.spreadsheets import SpreadsheetSettings

from .sheets import LIMITS, ROW, as_csv, table_of

_PLAIN = as_csv(table_of(ROW))
_HEADINGS = ",".join(ROW)
_LINE = ",".join(ROW.values())


def read(content: bytes | str, limits: SpreadsheetSettings = LIMITS) -> Table:
    data = content.encode() if isinstance(content, str) else content
    return read_table("jobs.csv", data, limits)


def texts(table: Table) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row.cells) for row in table.rows]


def codes(table: Table) -> list[str]:
    return [note.code for note in table.notes]


@pytest.mark.parametrize(
    "content",
    [
        _PLAIN.encode(),
        codecs.BOM_UTF8 + _PLAIN.encode(),
        _PLAIN.encode("utf-16"),
        codecs.BOM_UTF16_BE + _PLAIN.encode("utf-16-be"),
        _PLAIN.encode("utf-16-le"),
        _PLAIN.encode("utf-16-be"),
        _PLAIN.encode("utf-32"),
    ],
)
def test_every_unicode_encoding(content: bytes) -> None:
    table = read(content)

    assert (table.headings, texts(table)) == (tuple(ROW), [tuple(ROW.values())])
    assert codes(table) == []


def test_windows_letters_are_read_with_a_warning() -> None:
    content = as_csv(table_of(ROW | {"project_name": "Größe, 5 €"}))

    table = read(content.encode("cp1252"))

    assert texts(table)[0][0] == "Größe, 5 €"
    assert codes(table) == ["encoding_guessed"]


def test_bytes_that_windows_does_not_have_are_latin_1() -> None:
    assert decode(b"a\x81\xe4") == ("a\x81ä", True)


def test_a_mark_that_lies_is_told() -> None:
    with pytest.raises(SpreadsheetUnreadable, match="UTF-16-LE"):
        read(codecs.BOM_UTF16_LE + b"odd")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_every_delimiter_and_line_end(delimiter: str, line_end: str) -> None:
    table = read(as_csv(table_of(ROW, ROW), delimiter=delimiter, line_end=line_end))

    assert texts(table) == [tuple(ROW.values())] * 2
    assert [row.number for row in table.rows] == [2, 3]


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=;\r"])
def test_excels_line_with_the_delimiter_counts_as_a_row(first: str) -> None:
    table = read(f"{first}\n{as_csv(table_of(ROW), delimiter=';', line_end=chr(10))}")

    assert texts(table) == [tuple(ROW.values())]
    assert (table.heading_row, table.rows[0].number) == (2, 3)


def test_commas_in_semicolon_files_stay() -> None:
    path = "/data/a,b,c,d,e,f,g"

    table = read(as_csv(table_of(ROW | {"modality0.input_source": path}), delimiter=";"))

    assert texts(table)[0][-1] == path


def test_quotes_hold_delimiters_quotes_and_line_ends() -> None:
    path = '/data/a,"b"\nc'

    table = read(as_csv(table_of(ROW | {"modality0.input_source": path}, ROW)))

    assert texts(table)[0][-1] == path
    assert [row.number for row in table.rows] == [2, 3]


def test_spaces_before_quotes_do_not_matter() -> None:
    assert texts(read(f'{_HEADINGS}\n{_LINE}, "/data/a,b"'))[0][-1] == "/data/a,b"


def test_a_quote_that_is_never_closed_swallows_nothing() -> None:
    with pytest.raises(SpreadsheetUnreadable, match=r"Row 2 .*quotes"):
        read(f'{_HEADINGS}\n"{_LINE}\n{_LINE}\n')


def test_blank_rows_and_columns_are_left_out_and_numbers_stay() -> None:
    rows = ["", ",,", f",{_HEADINGS}", " , ,\t", f",{_LINE}", ",,,,,,,,", f",{_LINE}", ""]

    table = read("\n".join(rows))

    assert table.heading_row == 3
    assert [row.number for row in table.rows] == [5, 7]
    assert texts(table) == [("", *ROW.values())] * 2


def test_titles_above_the_headings_are_left_out() -> None:
    table = read(f"Uploads of June,,\nby me,,\n\n{_HEADINGS}\n{_LINE}\n")

    assert (table.heading_row, len(table.rows)) == (4, 1)


@pytest.mark.parametrize("content", ["", "\n\n", " , ,\n", "\ufeff"])
def test_an_empty_file_has_no_rows(content: str) -> None:
    assert codes(read(content)) == ["sheet_without_rows"]


def test_headings_alone_have_no_rows() -> None:
    assert codes(read(f"{_HEADINGS}\n")) == ["sheet_without_rows"]


def test_a_file_without_headings_is_told() -> None:
    with pytest.raises(HeadingsMissing, match=r"'a', 'b'"):
        read("a,b\n1,2\n")


def test_at_most_as_many_rows_as_a_request_has_jobs() -> None:
    assert len(read(f"{_HEADINGS}\n" + f"{_LINE}\n\n" * 1000).rows) == 1000
    with pytest.raises(SpreadsheetTooLarge, match=r"more than 1,000 rows .*row 1002"):
        read(f"{_HEADINGS}\n" + f"{_LINE}\n" * 1001)


def test_limits() -> None:
    small = SpreadsheetSettings(largest_file=100, columns=6)
    with pytest.raises(SpreadsheetTooLarge, match="at most 100"):
        read(" " * 101, small)
    with pytest.raises(SpreadsheetTooLarge, match="at most 500"):
        read(f"{_HEADINGS}\n{_LINE}{',' * 500}x")
    assert read(f"{_HEADINGS}\n{_LINE}{',' * 5000}").width == len(ROW)
    with pytest.raises(SpreadsheetTooLarge, match="32,767"):
        read(f"{_HEADINGS}\n{_LINE}{'x' * 40_000}")
    with pytest.raises(SpreadsheetUnreadable, match="field larger"):
        read(f"{_HEADINGS}\n{_LINE}{'x' * 200_000}")


# What a cell may hold, without spaces around and what would be taken for a hidden formula.
CELLS = st.text(
    st.characters(exclude_categories=["Cs", "Cn", "Cc"], exclude_characters="\ufeff"), max_size=20
).map(lambda text: text.strip(" \t\u200b\u200e\u200f\u2060").strip())
_ROWS = st.lists(st.lists(CELLS, min_size=6, max_size=6).filter(any), min_size=1, max_size=5)


@settings(deadline=None)
@given(
    _ROWS,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_what_is_written_is_read(
    rows: list[list[str]], delimiter: str, line_end: str, encoding: str, say_delimiter: bool
) -> None:
    first = f"sep={delimiter}{line_end}" if say_delimiter else ""
    content = first + as_csv([list(ROW), *rows], delimiter=delimiter, line_end=line_end)

    table = read(content.encode(encoding))

    filled = [(*row, *[""] * (6 - len(row))) for row in texts(table)]
    assert filled == [tuple(_shown(cell) for cell in row) for row in rows]


def _shown(text: str) -> str:
    hidden = text[1:].startswith(("=", "+", "-", "@"))
    return text[1:] if text.startswith("'") and hidden else text


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        table = read(content)
    except InvalidInput as refused:
        table = None
        text = refused.message
    assert table is not None or text
