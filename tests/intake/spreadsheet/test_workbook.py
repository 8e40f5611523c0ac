"""Workbooks are read as they look, and nothing in them is worked out or followed."""

import re
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from io import BytesIO
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from aind_data_transfer_service.errors import InvalidInput
from aind_data_transfer_service.intake.spreadsheet.errors import (
    FileTypeInvalid,
    HeadingsMissing,
    SheetUnknown,
    SpreadsheetTooLarge,
    SpreadsheetUnreadable,
)
from aind_data_transfer_service.intake.spreadsheet.read import read_table
from aind_data_transfer_service.intake.spreadsheet.table import CellKind, Table
from aind_data_transfer_service.settings.spreadsheets import SpreadsheetSettings

from .sheets import LIMITS, ROW, as_workbook, table_of
from .test_delimited import CELLS

_ROWS = table_of(ROW)
_SHEET = "xl/worksheets/sheet1.xml"


def read(content: bytes, limits: SpreadsheetSettings = LIMITS, sheet: str | None = None) -> Table:
    return read_table("jobs.xlsx", content, limits, sheet=sheet)


def texts(table: Table) -> list[tuple[str, ...]]:
    return [tuple(cell.text for cell in row.cells) for row in table.rows]


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def changed(part: str, change: Callable[[bytes], bytes], content: bytes | None = None) -> bytes:
    parts = parts_of(content or as_workbook(_ROWS))
    assert change(parts[part]) != parts[part]
    return zipped({**parts, part: change(parts[part])})


def cell_of(value: Any, number_format: str | None = None) -> str:
    """Return the text of a cell with this value."""

    def edit(book: Workbook) -> None:
        cell = book.worksheets[0]["D2"]
        cell.value = value
        if number_format:
            cell.number_format = number_format

    return read(as_workbook(_ROWS, edit)).rows[0].cells[3].text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (123456, "123456"),
        (123456.0, "123456"),
        (1.5, "1.5"),
        ("0123", "0123"),
        (" padded\t", "padded"),
        (True, "TRUE"),
        (False, "FALSE"),
        (datetime(2020, 10, 13, 13, 10, 10), "2020-10-13T13:10:10"),  # noqa: DTZ001 - as Excel has it
        (datetime(2020, 10, 13, 13, 10, 10, 123000), "2020-10-13T13:10:10.123000"),  # noqa: DTZ001
        (time(13, 10), "13:10:00"),
    ],
)
def test_values_become_texts(value: Any, text: str) -> None:
    assert cell_of(value) == text


def test_a_cell_that_shows_a_date_alone_has_no_time() -> None:
    midnight = datetime(2020, 10, 13)  # noqa: DTZ001 - as Excel has it

    assert cell_of(midnight, "yyyy-mm-dd") == "2020-10-13"
    assert cell_of(midnight, "yyyy-mm-dd hh:mm") == "2020-10-13T00:00:00"


def test_dates_of_old_macintosh_workbooks() -> None:
    def edit(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904
        book.worksheets[0]["C2"].value = datetime(2020, 10, 13, 13, 10)  # noqa: DTZ001

    assert read(as_workbook(_ROWS, edit)).rows[0].cells[2].text == "2020-10-13T13:10:00"


def test_text_that_looks_like_a_formula_stays_text() -> None:
    def edit(book: Workbook) -> None:
        cell = book.worksheets[0]["A2"]
        cell.value = "=1+1"
        cell.data_type = "s"

    cell = read(as_workbook(_ROWS, edit)).rows[0].cells[0]
    assert (cell.text, cell.kind) == ("=1+1", CellKind.TEXT)


class TestFormulas:
    def _with(self, value: bytes) -> bytes:
        content = as_workbook(_ROWS, lambda book: book.worksheets[0].__setitem__("D2", "=1+1"))
        return changed(
            _SHEET, lambda xml: xml.replace(b"<v></v>", value).replace(b"<v />", value), content
        )

    def test_the_saved_value_is_used(self) -> None:
        cell = read(self._with(b"<v>123456</v>")).rows[0].cells[3]

        assert (cell.text, cell.kind) == ("123456", CellKind.FORMULA)

    def test_without_a_saved_value_nothing_is_worked_out(self) -> None:
        content = as_workbook(_ROWS, lambda book: book.worksheets[0].__setitem__("D2", "=1+1"))

        cell = read(content).rows[0].cells[3]
        assert (cell.text, cell.kind) == ("=1+1", CellKind.FORMULA_ALONE)

    def test_errors_are_told_apart(self) -> None:
        def edit(book: Workbook) -> None:
            cell = book.worksheets[0]["D2"]
            cell.value = "#N/A"
            cell.data_type = "e"

        cell = read(as_workbook(_ROWS, edit)).rows[0].cells[3]
        assert (cell.text, cell.kind) == ("#N/A", CellKind.ERROR)


class TestSheets:
    def _book(self, *, state: Literal["visible", "hidden"] = "visible", active: int = 0) -> bytes:
        def edit(book: Workbook) -> None:
            notes = book.create_sheet("notes", 0)
            notes.append(["just", "notes"])
            book.worksheets[1].sheet_state = state
            book.active = active

        return as_workbook(_ROWS, edit)

    @pytest.mark.parametrize("active", [0, 1])
    def test_the_first_with_the_headings_is_read(self, active: int) -> None:
        table = read(self._book(active=active))

        assert (table.sheet, texts(table)) == ("Sheet", [tuple(ROW.values())])

    def test_a_hidden_one_is_not(self) -> None:
        with pytest.raises(HeadingsMissing, match="hidden sheet 'Sheet'"):
            read(self._book(state="hidden"))

    def test_a_hidden_list_of_words_is_no_sheet_of_jobs(self) -> None:
        def edit(book: Workbook) -> None:
            book.create_sheet("lists").append(["job_type", "project_name", "platform"])
            book["lists"].sheet_state = "hidden"

        with pytest.raises(HeadingsMissing, match="'a', 'b'"):
            read(as_workbook([["a", "b"]], edit))

    def test_headings_that_are_mostly_wrong_are_those_of_the_sheet(self) -> None:
        content = as_workbook([["project_name", "platform", "subjct", "date"], ["a", "b"]])

        assert read(content).headings == ("project_name", "platform", "subjct", "date")

    def test_one_may_be_named(self) -> None:
        assert read(self._book(state="hidden"), sheet=" sheet ").sheet == "Sheet"
        with pytest.raises(HeadingsMissing, match="'just', 'notes'"):
            read(self._book(), sheet="notes")
        with pytest.raises(SheetUnknown, match="notes, Sheet"):
            read(self._book(), sheet="other")

    def test_other_sheets_with_jobs_are_told(self) -> None:
        def edit(book: Workbook) -> None:
            for row in _ROWS:
                book["more"].append(row) if "more" in book.sheetnames else book.create_sheet(
                    "more"
                ).append(row)

        table = read(as_workbook(_ROWS, edit))

        assert table.sheet == "Sheet"
        assert [note.code for note in table.notes] == ["sheet_not_read"]
        assert "'more'" in table.notes[0].message

    def test_blank_rows_and_columns_keep_their_numbers(self) -> None:
        def edit(book: Workbook) -> None:
            sheet = book.worksheets[0]
            sheet.insert_rows(1, 2)
            sheet.insert_rows(4, 5)
            sheet.insert_cols(1, 2)

        table = read(as_workbook(_ROWS, edit))

        assert (table.heading_row, table.rows[0].number) == (3, 9)
        assert table.headings[:3] == ("", "", "project_name")

    def test_an_empty_workbook_has_no_rows(self) -> None:
        assert [note.code for note in read(as_workbook([])).notes] == ["sheet_without_rows"]

    def test_merged_cells_are_told_from_empty_ones(self) -> None:
        content = as_workbook(
            table_of(ROW, ROW), lambda book: book.worksheets[0].merge_cells("A2:B3")
        )

        rows = read(content).rows

        assert rows[0].cells[0].kind is CellKind.TEXT
        assert {rows[0].cells[1].kind, rows[1].cells[0].kind, rows[1].cells[1].kind} == {
            CellKind.MERGED
        }


class TestWhatIsNotTaken:
    def test_macros(self) -> None:
        content = zipped({**parts_of(as_workbook(_ROWS)), "xl/vbaProject.bin": b"x"})
        with pytest.raises(FileTypeInvalid, match="macros"):
            read(content)

    def test_a_workbook_that_is_declared_to_have_macros(self) -> None:
        kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        with pytest.raises(FileTypeInvalid, match="macros"):
            read(changed("[Content_Types].xml", lambda xml: xml.replace(plain, kind)))

    @pytest.mark.parametrize(
        ("part", "reason"),
        [
            ("mimetype", "OpenDocument"),
            ("Index/Document.iwa", "Numbers"),
            ("word/document.xml", "Word"),
            ("xl/workbook.bin", "binary"),
            ("readme.txt", "no workbook"),
        ],
    )
    def test_other_zip_files(self, part: str, reason: str) -> None:
        with pytest.raises(FileTypeInvalid, match=reason):
            read(zipped({part: b"x"}))

    def test_strict_open_xml(self) -> None:
        transitional = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        strict = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
        with pytest.raises(FileTypeInvalid, match="Strict"):
            read(changed("xl/workbook.xml", lambda xml: xml.replace(transitional, strict)))

    @pytest.mark.parametrize("part", [_SHEET, "xl/workbook.xml", "xl/styles.xml"])
    def test_entities(self, part: str) -> None:
        declaration = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        with pytest.raises(SpreadsheetUnreadable, match="document type"):
            read(changed(part, lambda xml: declaration + xml))

    def test_a_zip_bomb(self) -> None:
        content = zipped({**parts_of(as_workbook(_ROWS)), "xl/media/x.bin": bytes(60_000_000)})
        assert len(content) < 100_000
        with pytest.raises(SpreadsheetTooLarge, match="Unpacked"):
            read(content)

    def test_a_bomb_of_styles(self) -> None:
        content = changed("xl/styles.xml", lambda xml: xml + b"<!-- -->" * 2_000_000)
        with pytest.raises(SpreadsheetTooLarge, match="texts and styles"):
            read(content)

    def test_a_size_that_lies(self) -> None:
        content = bytearray(zipped({**parts_of(as_workbook(_ROWS)), _SHEET: b"<a/>" * 1000}))
        start = content.rindex(_SHEET.encode()) - 46
        assert content[start : start + 4] == b"PK\x01\x02"
        content[start + 24 : start + 28] = (10).to_bytes(4, "little")
        with pytest.raises(SpreadsheetUnreadable):
            read(bytes(content))

    def test_a_row_number_out_of_this_world(self) -> None:
        content = changed(_SHEET, lambda xml: xml.replace(b'"2"', b'"999999999999"'))
        with pytest.raises(InvalidInput):
            read(content)

    def test_empty_cells_without_end(self) -> None:
        cells = b"".join(b'<row r="%d"><c r="ZZ%d"/></row>' % (n, n) for n in range(3, 900))
        content = changed(_SHEET, lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>"))
        with pytest.raises(SpreadsheetTooLarge, match="400,000 cells"):
            read(content)

    def test_cells_far_to_the_right(self) -> None:
        content = as_workbook(_ROWS, lambda book: book.worksheets[0].__setitem__("ZZ2", "x"))
        with pytest.raises(SpreadsheetTooLarge, match="beyond column 500"):
            read(content)

    def test_rows_far_below_are_found(self) -> None:
        content = as_workbook(_ROWS, lambda book: book.worksheets[0].__setitem__("A60000", "x"))

        assert [row.number for row in read(content).rows] == [2, 60_000]

    def test_external_links_are_not_followed(self) -> None:
        link = b'<c r="D2"><f>[1]Other!A1</f><v>7</v></c>'
        content = changed(_SHEET, lambda xml: re.sub(rb'<c r="D2".*?</c>', link, xml))

        assert read(content).rows[0].cells[3].text == "7"


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.lists(CELLS, min_size=6, max_size=6).filter(any), min_size=1, max_size=4))
def test_what_is_written_is_read(rows: list[list[str]]) -> None:
    def as_text(book: Workbook) -> None:
        for row in book.worksheets[0].iter_rows():
            for cell in row:
                cell.data_type = "s" if cell.value else cell.data_type

    table = read(as_workbook([list(ROW), *rows], as_text))

    assert [(*row, *[""] * (6 - len(row))) for row in texts(table)] == list(map(tuple, rows))


_WHOLE = as_workbook(_ROWS)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(parts_of(_WHOLE))), st.data())
def test_any_damage_is_told(part: str, data: st.DataObject) -> None:
    parts = parts_of(_WHOLE)
    xml = bytearray(parts[part])
    start = data.draw(st.integers(0, len(xml) - 1))
    end = data.draw(st.integers(start, min(len(xml), start + 40)))
    xml[start:end] = data.draw(st.binary(max_size=20))

    try:
        table = read(zipped({**parts, part: bytes(xml)}))
    except InvalidInput as refused:
        assert refused.message  # noqa: PT017 - either is right
    else:
        assert table.sheet is not None


def test_the_helpers_make_workbooks_that_others_read() -> None:
    assert load_workbook(BytesIO(zipped(parts_of(_WHOLE)))).sheetnames == ["Sheet"]
