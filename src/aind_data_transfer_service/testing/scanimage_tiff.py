"""Writes TIFF files as the microscope software ScanImage does: small, but its reader reads them.

Form: BigTIFF with ScanImage's block after the header (version 4), as in the "ScanImage BigTiff
Specification" of its documentation. One directory and one strip a frame.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_MAGIC = 117637889
_VERSION = 4
_BYTE_ORDER, _BIG_TIFF, _OFFSET_BYTES = b"II", 43, 8
_SHORT, _LONG, _ASCII, _LONG8 = 3, 4, 2, 16
_SIGNED = 2


def write_scanimage_tiff(
    path: Path,
    *,
    header: Mapping[str, str],
    rois: Mapping[str, Any],
    frames: Sequence[Mapping[str, str]],
    pixels: int = 8,
) -> None:
    """Write one file of black frames.

    Parameters
    ----------
    path
        The file.
    header
        What does not change from frame to frame: ``SI.…`` names and values as MATLAB shows them.
    rois
        The regions, as JSON.
    frames
        Of each frame, names and values as MATLAB shows them.
    pixels
        Width and height of a frame.
    """
    said = "\n".join(f"{name} = {value}" for name, value in header.items()).encode() + b"\n\0"
    regions = json.dumps(rois).encode() + b"\0"
    block = struct.pack("<IIII", _MAGIC, _VERSION, len(said), len(regions)) + said + regions
    content = bytearray(struct.pack("<2sHHHQ", _BYTE_ORDER, _BIG_TIFF, _OFFSET_BYTES, 0, 0) + block)
    link = 8  # where the address of the next directory goes
    for frame in frames:
        link = _add_frame(content, link, frame, pixels)
    path.write_bytes(content)


def _add_frame(content: bytearray, link: int, frame: Mapping[str, str], pixels: int) -> int:
    """Append one frame and return where the address of the next one goes."""
    text = "\n".join(f"{name} = {value}" for name, value in frame.items()).encode() + b"\0"
    _align(content)
    text_at = len(content)
    content += text
    _align(content)
    image_at = len(content)
    content += bytes(2 * pixels * pixels)
    _align(content)
    struct.pack_into("<Q", content, link, len(content))
    entries = (
        (256, _LONG, 1, pixels),
        (257, _LONG, 1, pixels),
        (258, _SHORT, 1, 16),
        (259, _SHORT, 1, 1),
        (262, _SHORT, 1, 1),
        (270, _ASCII, len(text), text_at),
        (273, _LONG8, 1, image_at),
        (277, _SHORT, 1, 1),
        (278, _LONG, 1, pixels),
        (279, _LONG8, 1, 2 * pixels * pixels),
        (339, _SHORT, 1, _SIGNED),
    )
    content += struct.pack("<Q", len(entries))
    for entry in entries:
        content += struct.pack("<HHQQ", *entry)
    content += bytes(8)
    return len(content) - 8


def _align(content: bytearray) -> None:
    content += bytes(-len(content) % 8)
