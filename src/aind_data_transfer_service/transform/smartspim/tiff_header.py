"""The first directory of a TIFF file: what the image is, and where its data lie.

TIFF revision 6.0, section 2, and BigTIFF (https://www.awaresystems.be/imaging/tiff/bigtiff.html).
Read here and not by Pillow, which tells of damage by warnings, and those are for the whole
process.
"""

import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

_BYTE_ORDERS = {b"II": "<", b"MM": ">"}
_CLASSIC, _BIG = 42, 43
_FORMATS = {3: "H", 4: "I", 16: "Q"}  # of the types of the tags that are needed

_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _SAMPLES, _SAMPLE_FORMAT = 256, 257, 258, 262, 277, 339
_PARTS = ((273, 279), (324, 325))  # offsets and byte counts of strips, of tiles
_GREY = (0, 1)
_UNSIGNED = 1


class NotTiff(ValueError):
    """It is not a TIFF file, or its directory is damaged."""


@dataclass(frozen=True, slots=True)
class TiffHeader:
    """What the first directory says."""

    width: int
    height: int
    kind: str
    end: int
    """Where the data of the image end in the file."""
    is_alone: bool
    """Whether there is no second image."""


def read_tiff_header(file: BinaryIO) -> TiffHeader:
    """Read the first directory; raises `NotTiff`."""
    try:
        tags, following = _directory(file)
    except struct.error as error:
        raise NotTiff("its directory is cut short") from error
    parts = [
        offset + count
        for offsets, counts in _PARTS
        for offset, count in zip(tags.get(offsets, ()), tags.get(counts, ()), strict=False)
    ]
    if not parts or _WIDTH not in tags or _HEIGHT not in tags:
        raise NotTiff("its directory names no image")
    return TiffHeader(tags[_WIDTH][0], tags[_HEIGHT][0], _kind(tags), max(parts), not following)


def _kind(tags: Mapping[int, Sequence[int]]) -> str:
    bits = tags.get(_BITS, (1,))
    grey = tags.get(_PHOTOMETRIC, _GREY)[0] in _GREY and tags.get(_SAMPLES, (1,))[0] == 1
    unsigned = tags.get(_SAMPLE_FORMAT, (_UNSIGNED,))[0] == _UNSIGNED
    colours = "grey" if grey else "coloured"
    return f"{bits[0]}-bit {colours}{'' if unsigned else ', signed or floating'}"


def _directory(file: BinaryIO) -> tuple[dict[int, tuple[int, ...]], int]:
    """Return the tags with whole numbers, and where the next directory is (0: nowhere)."""
    head = file.read(16)
    order = _BYTE_ORDERS.get(head[:2])
    if order is None:
        raise NotTiff("it does not begin as one")
    (version,) = struct.unpack_from(f"{order}H", head, 2)
    if version not in (_CLASSIC, _BIG):
        raise NotTiff("it does not begin as one")
    big = version == _BIG
    word, count_format, entry = ("Q", "Q", "HHQ8s") if big else ("I", "H", "HHI4s")
    (position,) = struct.unpack_from(f"{order}{word}", head, 8 if big else 4)
    file.seek(position)
    (entries,) = _read(file, f"{order}{count_format}")
    found = [_read(file, f"{order}{entry}") for _ in range(min(entries, 1000))]
    (following,) = _read(file, f"{order}{word}")
    tags = {}
    for tag, kind, count, value in found:
        if kind in _FORMATS:
            tags[tag] = _values(file, f"{order}{count}{_FORMATS[kind]}", value, f"{order}{word}")
    return tags, following


def _values(file: BinaryIO, numbers: str, value: bytes, pointer: str) -> tuple[int, ...]:
    """Return a tag's numbers: they stand in its entry, or where it points to."""
    size = struct.calcsize(numbers)
    if size <= len(value):
        return struct.unpack(numbers, value[:size])
    file.seek(struct.unpack(pointer, value)[0])
    if size > os.fstat(file.fileno()).st_size:
        raise NotTiff("a tag of its directory is larger than the file")
    return _read(file, numbers)


def _read(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))
