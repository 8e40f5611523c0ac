"""Decodes slices: plain PNG images by fast means of our own, anything else by Pillow."""

import os
import struct
from collections.abc import Iterator
from typing import Any

import deflate
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import SourceChanged
from .errors import ImageUnreadable
from .headers import PNG_SIGNATURE, Slice
from .kernels import unfilter

_CHUNK_EXTRA = 12  # bytes of a PNG chunk beside its data: length, type, checksum


def decode(image: Slice, out: NDArray[np.uint16]) -> None:
    """Decode a slice into ``out`` (height, width).

    Raises
    ------
    ImageUnreadable
        If it is damaged: each part of a PNG has a checksum, which is compared.
    SourceChanged
        If the file is another than the one whose header was read.
    """
    if image.plain_png:
        _decode_png(image, _read(image), out)
    else:
        out[...] = decode_with_pillow(image)


def decode_with_pillow(image: Slice) -> NDArray[Any]:
    """Return a slice as Pillow decodes it; raises `ImageUnreadable`."""
    try:
        with image.path.open("rb") as file, Image.open(file) as opened:
            voxels: NDArray[Any] = np.asarray(opened)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise ImageUnreadable(image.path, f"is damaged: {error}") from error
    if voxels.shape != (image.height, image.width):
        raise SourceChanged(f"{image.path} changed while it was read.")
    return voxels


def _read(image: Slice) -> bytes:
    with image.path.open("rb") as file:
        stat = os.fstat(file.fileno())
        if (stat.st_size, stat.st_mtime_ns) != (image.size, image.mtime_ns):
            raise SourceChanged(f"{image.path} changed while it was read.")
        return file.read()


def _decode_png(image: Slice, content: bytes, out: NDArray[np.uint16]) -> None:
    filtered_bytes = image.height * (2 * image.width + 1)
    try:
        packed = b"".join(_image_data(content))
        filtered = deflate.zlib_decompress(packed, filtered_bytes)
    except (ValueError, struct.error, deflate.DeflateError) as error:
        raise ImageUnreadable(image.path, f"is damaged: {error}") from error
    if len(filtered) != filtered_bytes:
        missing = f"is damaged: it holds {len(filtered):,} bytes of {filtered_bytes:,}"
        raise ImageUnreadable(image.path, missing)
    unfilter(np.frombuffer(filtered, np.uint8), out.view(np.uint8))


def _image_data(content: bytes) -> Iterator[memoryview]:
    """Yield the compressed image's parts; raises `ValueError` for a wrong checksum."""
    view = memoryview(content)
    position = len(PNG_SIGNATURE)
    while position < len(view):
        (length,) = struct.unpack_from(">I", view, position)
        end = position + _CHUNK_EXTRA + length
        kind = view[position + 4 : position + 8]
        (checksum,) = struct.unpack_from(">I", view, end - 4)
        if deflate.crc32(view[position + 4 : end - 4]) != checksum:
            raise ValueError(f"the checksum of its part at byte {position:,} is wrong")
        if bytes(kind) == b"IDAT":
            yield view[position + 8 : end - 4]
        position = end
