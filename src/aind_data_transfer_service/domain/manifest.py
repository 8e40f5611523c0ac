r"""The list of an asset's files with the checksum of each: what upload, verify and delete trust.

Its text form, ``manifest-sha256.txt``, is what ``sha256sum --check`` reads (GNU coreutils manual,
"cksum output modes"): a line ``<hex>  <path>`` a file; a line whose path has a backslash, line
feed or carriage return begins with a backslash and writes them as ``\\``, ``\n`` and ``\r``.

It has the name and, but for such paths, the lines of a BagIt manifest (RFC 8493, 2.1.3). It is
not one: the asset's files lie beside it, not in ``data/``, and BagIt percent-encodes CR, LF and %.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from ..errors import InvalidInput

MANIFEST_NAME = "manifest-sha256.txt"
"""The manifest's name in the asset's folder."""

_LINE = re.compile(r"(\\?)([0-9a-f]{64})  (.+)", re.DOTALL)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_UNESCAPED = {escape: character for character, escape in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\.?", re.DOTALL)


class ManifestInvalid(InvalidInput):
    """A text is not a manifest."""

    code = "manifest_invalid"
    what_to_do_default = "Restore the manifest from a good copy; do not edit it by hand."


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One file of an asset."""

    path: str
    """Relative to the asset's folder, with ``/``."""
    sha256: str
    """Hex digest."""
    size: int | None = None
    """Bytes; None where only the text form is known, which does not hold it."""
    mtime_ns: int | None = None
    """Of the staged file, in nanoseconds since 1970; None as above."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Entries sorted by path, each path once."""

    entries: tuple[ManifestEntry, ...]

    @classmethod
    def of(cls, entries: Iterable[ManifestEntry]) -> Self:
        """Sort the entries; raises `ManifestInvalid` if a path comes twice."""
        ordered = tuple(sorted(entries, key=lambda entry: entry.path))
        for entry, following in pairwise(ordered):
            if entry.path == following.path:
                raise ManifestInvalid(f"The manifest lists {entry.path!r} twice.")
        return cls(ordered)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the text form; raises `ManifestInvalid` with the line's number."""
        text = data.decode(errors="surrogateescape")
        if text and not text.endswith("\n"):
            raise ManifestInvalid("The manifest breaks off: its last line has no end.")
        lines = text.split("\n")[:-1]
        return cls.of(_entry(line, number) for number, line in enumerate(lines, start=1))

    def to_bytes(self) -> bytes:
        """Return the text form in UTF-8."""
        text = "".join(_line(entry) for entry in self.entries)
        return text.encode(errors="surrogateescape")

    @property
    def total_bytes(self) -> int:
        """Sum of the sizes that are known."""
        return sum(entry.size or 0 for entry in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[ManifestEntry]:
        return iter(self.entries)


def _line(entry: ManifestEntry) -> str:
    escaped = "".join(_ESCAPES.get(character, character) for character in entry.path)
    mark = "\\" if escaped != entry.path else ""
    return f"{mark}{entry.sha256}  {escaped}\n"


def _entry(line: str, number: int) -> ManifestEntry:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ManifestInvalid(
            f"Line {number} of the manifest is not a SHA-256, two spaces and a path.", line=number
        )
    mark, sha256, path = found.groups()
    if mark:
        path = _unescape(path, number)
    return ManifestEntry(path=path, sha256=sha256)


def _unescape(path: str, number: int) -> str:
    def character(escape: re.Match[str]) -> str:
        if escape[0] not in _UNESCAPED:
            raise ManifestInvalid(
                f"Line {number} of the manifest has the escape {escape[0]!r};"
                f" only {', '.join(_UNESCAPED)} are known.",
                line=number,
            )
        return _UNESCAPED[escape[0]]

    return _ESCAPED.sub(character, path)
