"""Turns the bytes of a text file into text, whatever program wrote them."""

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A sheet has mostly ASCII characters, of which UTF-16 makes every second byte zero.
_SAMPLE_BYTES = 4096
_ZEROS_TELL = 0.3

WINDOWS = "cp1252"


class NotText(ValueError):
    """Bytes that are no text in any encoding that spreadsheets are written in."""


def decode(content: bytes) -> tuple[str, bool]:
    """Return the text, and whether its encoding had to be guessed; raises `NotText`.

    What is neither marked nor UTF-8 is read as Windows-1252, which is Latin-1 with more letters.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding), False
    unmarked = _utf_16(content[:_SAMPLE_BYTES])
    if unmarked is not None:
        return _strictly(content, unmarked), False
    try:
        return content.decode(), False
    except UnicodeDecodeError:
        pass
    try:
        return content.decode(WINDOWS), True
    except UnicodeDecodeError:
        return content.decode("latin-1"), True


def _utf_16(sample: bytes) -> str | None:
    """Tell UTF-16 without a mark by where its zero bytes are."""
    pairs = len(sample) // 2
    if not pairs:
        return None
    if sample[1::2].count(0) > _ZEROS_TELL * pairs and not sample[::2].count(0):
        return "utf-16-le"
    if sample[::2].count(0) > _ZEROS_TELL * pairs and not sample[1::2].count(0):
        return "utf-16-be"
    return None


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(f"it is not {encoding.upper()}, as its first bytes say") from error
