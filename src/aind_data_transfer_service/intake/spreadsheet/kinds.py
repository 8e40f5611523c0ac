"""Tells what a file is by its first bytes, whatever it is called."""

from enum import Enum, auto
from pathlib import PurePath

from .errors import FileTypeInvalid

_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
WORKBOOK_SUFFIX = ".xlsx"
_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""Files of Office before 2007, and encrypted ones since."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<table")
_OTHERS = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture"}
_SAVE_AS = "Open it and save it as Excel workbook (.xlsx) or as CSV UTF-8."
_ADVICE = {
    ".xls": "is a workbook in the format of Excel before 2007",
    ".xlsm": "is a workbook with macros, which are not taken",
    ".xltm": "is a template with macros, which are not taken",
    ".xlsb": "is a binary workbook",
    ".xltx": "is a template, not a workbook",
    ".ods": "is an OpenDocument spreadsheet",
    ".numbers": "is a Numbers document",
    ".json": "is JSON",
}


class Kind(Enum):
    """How a file is read."""

    TEXT = auto()
    WORKBOOK = auto()


def is_zip(content: bytes) -> bool:
    """Whether a file is a zip file, as workbooks are."""
    return content.startswith(_ZIP)


def kind_of(name: str, content: bytes) -> tuple[Kind, bool]:
    """Return what a file is, and whether its name says so too.

    Raises `FileTypeInvalid` for files of any other kind.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix != WORKBOOK_SUFFIX and suffix not in _TEXT_SUFFIXES:
        raise _wrong_name(name, suffix)
    if is_zip(content):
        return Kind.WORKBOOK, suffix == WORKBOOK_SUFFIX
    if content.startswith(_OLE):
        what = "is protected with a password" if _ENCRYPTED in content else _ADVICE[".xls"]
        raise FileTypeInvalid(f"Invalid input file type: {name!r} {what}.", what_to_do=_SAVE_AS)
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        raise FileTypeInvalid(
            f"Invalid input file type: {name!r} is a web page or XML.", what_to_do=_SAVE_AS
        )
    for mark, what in _OTHERS.items():
        if content.startswith(mark):
            raise FileTypeInvalid(f"Invalid input file type: {name!r} is {what}.")
    return Kind.TEXT, suffix in _TEXT_SUFFIXES


def _wrong_name(name: str, suffix: str) -> FileTypeInvalid:
    if suffix == ".json":
        advice = "Send it to /api/v2/validate_json, or give it to the command line."
        return FileTypeInvalid("Invalid input file type: this is JSON.", what_to_do=advice)
    if suffix in _ADVICE:
        return FileTypeInvalid(
            f"Invalid input file type: {name!r} {_ADVICE[suffix]}.", what_to_do=_SAVE_AS
        )
    return FileTypeInvalid("Invalid input file type")
