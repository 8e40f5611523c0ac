"""Looks through a workbook's zip file before anything in it is parsed."""

import re
import zipfile

from ...settings.spreadsheets import SpreadsheetSettings
from .errors import FileTypeInvalid, SpreadsheetTooLarge, SpreadsheetUnreadable

_CONTENT_TYPES = "[Content_Types].xml"
_WORKBOOK = "xl/workbook.xml"
_MOST_PARTS = 10_000
# What openpyxl reads as a whole, which needs much more memory than it has bytes.
_READ_WHOLE = re.compile(
    r"\[Content_Types\]\.xml|docProps/.*|xl/[^/]+\.xml|xl/(theme|chartsheets|(.*/)?_rels)/.*"
)
_LARGEST_READ_WHOLE = 10_000_000
_XML = (".xml", ".rels", ".vml")
_STRICT = b"http://purl.oclc.org/ooxml/"
_SAVE_AS_XLSX = "Open it and save it as Excel workbook (.xlsx)."
# What tells other kinds of document in a zip file.
_OTHER_KINDS = {
    "mimetype": "an OpenDocument file",
    "Index/Document.iwa": "a Numbers document",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint document",
    "xl/workbook.bin": "a binary workbook (.xlsb)",
}
_AREA = rb'[^>]*?ref="(\$?[A-Z]{1,3}\$?\d{1,7}:\$?[A-Z]{1,3}\$?\d{1,7})"'
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s" + _AREA)
_AREAS = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\s" + _AREA)


def look_through(archive: zipfile.ZipFile, limits: SpreadsheetSettings) -> None:
    """Refuse what is no plain workbook, or could cost much to read.

    Raises `FileTypeInvalid`, `SpreadsheetTooLarge`, or `SpreadsheetUnreadable`.
    """
    parts = archive.infolist()
    names = {part.filename for part in parts}
    _require_workbook(names)
    # Reading a part ends at the size that is declared here, so that nobody can lie about it.
    size = sum(part.file_size for part in parts)
    if size > limits.largest_content or len(parts) > _MOST_PARTS:
        raise SpreadsheetTooLarge(
            f"Unpacked, the workbook has {size:,} bytes in {len(parts):,} parts; at most"
            f" {limits.largest_content:,} bytes are read."
        )
    whole = sum(part.file_size for part in parts if _READ_WHOLE.fullmatch(part.filename))
    if whole > _LARGEST_READ_WHOLE:
        raise SpreadsheetTooLarge(
            f"The workbook's texts and styles have {whole:,} bytes; at most"
            f" {_LARGEST_READ_WHOLE:,} are read."
        )
    if any(part.flag_bits & 1 for part in parts):
        raise FileTypeInvalid("Invalid input file type: it is a zip file with a password.")
    for part in parts:
        if part.filename.lower().endswith(_XML):
            _require_plain(part.filename, archive.read(part))
    _require_kind(archive.read(_CONTENT_TYPES), archive.read(_WORKBOOK), names)


def merged_areas(archive: zipfile.ZipFile, part: str) -> list[str]:
    """Return the areas of a sheet whose cells are merged, such as ``A2:A4``."""
    return [area.decode() for area in _MERGED.findall(archive.read(part))]


def areas(archive: zipfile.ZipFile, part: str) -> list[str]:
    """Return all areas of a sheet that are read cell by cell, merged ones among them."""
    return [area.decode() for area in _AREAS.findall(archive.read(part))]


def _require_workbook(names: set[str]) -> None:
    for name, kind in _OTHER_KINDS.items():
        if name in names:
            raise FileTypeInvalid(
                f"Invalid input file type: this is {kind}.", what_to_do=_SAVE_AS_XLSX
            )
    if not {_CONTENT_TYPES, _WORKBOOK} <= names:
        raise FileTypeInvalid("Invalid input file type: this is a zip file, but no workbook.")


def _require_plain(name: str, xml: bytes) -> None:
    """Refuse XML that declares entities, which can grow without end or name other files."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\0" in xml:
        raise SpreadsheetUnreadable(
            f"The workbook's part {name} declares a document type, or is not UTF-8; no spreadsheet"
            " program writes this."
        )


def _require_kind(content_types: bytes, workbook: bytes, names: set[str]) -> None:
    if b"macroEnabled" in content_types or any(name.endswith("vbaProject.bin") for name in names):
        raise FileTypeInvalid(
            "Invalid input file type: the workbook has macros, which are not taken.",
            what_to_do="Save it as Excel workbook (.xlsx), which has none.",
        )
    if _STRICT in workbook:
        raise FileTypeInvalid(
            "Invalid input file type: this is a Strict Open XML workbook.",
            what_to_do=_SAVE_AS_XLSX,
        )
