"""What a file is, is told by what is in it."""

import pytest

from aind_data_transfer_service.intake.spreadsheet.errors import FileTypeInvalid
from aind_data_transfer_service.intake.spreadsheet.read import read_table

from .sheets import LIMITS, ROW, as_csv, as_workbook, table_of

_CSV = as_csv(table_of(ROW)).encode()
_WORKBOOK = as_workbook(table_of(ROW))
_OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


@pytest.mark.parametrize("name", ["a.csv", "A.CSV", "a.tsv", "a.txt", "b\\c\\a.Csv"])
def test_text_by_any_of_its_names(name: str) -> None:
    assert read_table(name, _CSV, LIMITS).notes == ()


@pytest.mark.parametrize("name", ["a.xlsx", "A.XLSX"])
def test_workbooks(name: str) -> None:
    assert read_table(name, _WORKBOOK, LIMITS).sheet == "Sheet"


@pytest.mark.parametrize(("name", "content"), [("a.xlsx", _CSV), ("a.csv", _WORKBOOK)])
def test_a_file_with_a_wrong_name_is_read_with_a_warning(name: str, content: bytes) -> None:
    table = read_table(name, content, LIMITS)

    assert len(table.rows) == 1
    assert [note.code for note in table.notes] == ["file_type_differs"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xls", _OLE, "before 2007"),
        ("a.xlsx", _OLE, "before 2007"),
        ("a.xlsx", _OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("a.xlsm", _WORKBOOK, "macros"),
        ("a.xlsb", _WORKBOOK, "binary"),
        ("a.xltx", _WORKBOOK, "template"),
        ("a.ods", _WORKBOOK, "OpenDocument"),
        ("a.json", b"{}", "JSON"),
        ("a.csv", b"<!DOCTYPE html><table>", "web page"),
        ("a.csv", b"\xef\xbb\xbf\n<html>", "web page"),
        ("a.csv", b"%PDF-1.7", "PDF"),
        ("a.xlsx", b"\x89PNG\r\n", "picture"),
        ("a.doc", b"", "Invalid input file type"),
        ("csv", _CSV, "Invalid input file type"),
        ("", _CSV, "Invalid input file type"),
    ],
)
def test_other_files_are_refused_by_what_they_are(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(FileTypeInvalid, match=reason) as raised:
        read_table(name, content, LIMITS)

    assert raised.value.message.startswith("Invalid input file type")
    assert raised.value.what_to_do
