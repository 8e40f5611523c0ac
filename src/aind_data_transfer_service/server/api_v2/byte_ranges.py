"""A file, or the part of it that was asked for (RFC 9110, section 14)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from fastapi.responses import Response, StreamingResponse

from ...errors import TransferError

_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.ASCII | re.IGNORECASE)
_PART_BYTES = 1 << 16
_LONGEST_NUMBER = 18
"""Digits; more are beyond any file."""


class RangeNotSatisfiable(TransferError):
    """The part that was asked for lies outside of the file."""

    code = "range_not_satisfiable"
    what_to_do_default = "Ask for bytes that are there, or for the whole file."


def file_answer(path: Path, range_header: str | None, media_type: str) -> Response:
    """Return the answer with a file as long as it is now; it may grow meanwhile.

    Several ranges at once are answered with the whole file, as the standard allows. Raises
    `FileNotFoundError` or `RangeNotSatisfiable`.
    """
    file = path.open("rb")
    try:
        size = file.seek(0, 2)
        part = _wanted(range_header, size)
    except BaseException:
        file.close()
        raise
    first, end = part or (0, size)
    file.seek(first)
    headers = {"Content-Length": str(end - first), "Accept-Ranges": "bytes"}
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    return StreamingResponse(
        _parts(file, end - first),
        status_code=200 if part is None else 206,
        headers=headers,
        media_type=media_type,
    )


def _wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last; None: the whole file."""
    match = _RANGE.fullmatch(header or "")
    if match is None or max(map(len, match.groups())) > _LONGEST_NUMBER:
        return None
    first, last = match.groups()
    if first and last and int(last) < int(first):
        return None
    if first:
        begin, end = int(first), min(int(last) + 1, size) if last else size
    elif last:
        begin, end = max(0, size - int(last)), size
    else:
        return None
    if begin >= end:
        raise RangeNotSatisfiable(
            f"The file has {size} bytes; there is nothing at {header}.", size=size
        )
    return begin, end


def _parts(file: BinaryIO, length: int) -> Iterator[bytes]:
    with file:
        while length > 0 and (part := file.read(min(length, _PART_BYTES))):
            length -= len(part)
            yield part
