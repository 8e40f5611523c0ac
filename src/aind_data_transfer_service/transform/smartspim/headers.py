"""What the header and the end of an image tell, without decoding it.

PNG: https://www.w3.org/TR/png-3/. TIFF: `tiff_header`.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .errors import ImageUnreadable
from .tiff_header import NotTiff, read_tiff_header

PNG_SUFFIXES = frozenset({".png"})
TIFF_SUFFIXES = frozenset({".tif", ".tiff"})

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_PNG_COLOURS = {0: "grey", 2: "RGB", 3: "palette", 4: "grey with alpha", 6: "RGB with alpha"}
_HEADER_BYTES = 33  # signature and the whole chunk IHDR

WANTED = "16-bit grey"


@dataclass(frozen=True, slots=True)
class Slice:
    """An image file as it was when its header was read."""

    path: Path
    size: int
    """Bytes of the file."""
    mtime_ns: int
    width: int
    height: int
    kind: str
    """Bits and colours, such as ``16-bit grey``."""
    plain_png: bool
    """A PNG that is not interlaced."""


def read_header(path: Path) -> Slice:
    """Return what an image's header tells; raises `ImageUnreadable` if it is not a whole image."""
    try:
        with path.open("rb") as file:
            if path.suffix.lower() in PNG_SUFFIXES:
                return _png(path, file)
            return _tiff(path, file)
    except OSError as error:
        raise ImageUnreadable(path, f"cannot be read: {error.strerror or error}") from error


def _png(path: Path, file: BinaryIO) -> Slice:
    stat = os.fstat(file.fileno())
    head = file.read(_HEADER_BYTES)
    if len(head) < _HEADER_BYTES or head[:8] != PNG_SIGNATURE or head[12:16] != b"IHDR":
        raise ImageUnreadable(path, "is not a PNG image")
    file.seek(-len(_PNG_END), os.SEEK_END)
    if file.read() != _PNG_END:
        raise ImageUnreadable(path, "is cut short: it does not end as a PNG image does")
    width, height, bits, colour, _, _, interlace = struct.unpack(">IIBBBBB", head[16:29])
    return Slice(
        path=path,
        size=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        width=width,
        height=height,
        kind=f"{bits}-bit {_PNG_COLOURS.get(colour, 'unknown')}",
        plain_png=interlace == 0,
    )


def _tiff(path: Path, file: BinaryIO) -> Slice:
    stat = os.fstat(file.fileno())
    try:
        header = read_tiff_header(file)
    except NotTiff as wrong:
        raise ImageUnreadable(path, f"is not a whole TIFF image: {wrong}") from wrong
    if not header.is_alone:
        raise ImageUnreadable(path, "holds several images; a slice is one")
    if header.end > stat.st_size:
        raise ImageUnreadable(path, "is cut short: its data go beyond its end")
    return Slice(
        path=path,
        size=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        width=header.width,
        height=header.height,
        kind=header.kind,
        plain_png=False,
    )
