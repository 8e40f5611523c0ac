"""Keeps texts from being taken for formulas by the programs that open what is written here."""

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
_APOSTROPHE = "'"


def as_plain_text(text: str) -> str:
    """Return a text for a delimited file, behind an apostrophe if it could pass for a formula."""
    return f"{_APOSTROPHE}{text}" if text.startswith(_BEGINNINGS) else text


def from_plain_text(text: str) -> str:
    """Return the text that `as_plain_text` was given."""
    hidden = text.removeprefix(_APOSTROPHE)
    return hidden if hidden.startswith(_BEGINNINGS) else text
