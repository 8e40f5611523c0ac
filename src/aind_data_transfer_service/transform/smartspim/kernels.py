"""The few loops that no library has: compiled by numba, without the interpreter's lock.

Compiled code is kept beside this file or in the user's cache; where neither can be written, it is
compiled by each process, which takes about two seconds.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, types

# Filters of a PNG image's rows: https://www.w3.org/TR/png-3/#9Filters
_SUB, _UP, _AVERAGE, _PAETH = 1, 2, 3, 4

_BYTES = types.uint8[::1]
_ROWS = types.uint8[:, ::1]
_PLANE = types.uint16[:, ::1]


def _compile(function: Callable[..., None], *arguments: Any) -> Callable[..., None]:
    signature = types.void(*arguments)
    compiled: Callable[..., None]
    try:
        compiled = njit(signature, nogil=True, error_model="numpy", cache=True)(function)
    except RuntimeError:  # there is no folder to keep it in
        compiled = njit(signature, nogil=True, error_model="numpy")(function)
    return compiled


@njit(nogil=True, error_model="numpy")
def _undo_nothing(line: Any, row: Any) -> None:
    for x in range(row.size // 2):
        row[2 * x + 1] = line[2 * x]
        row[2 * x] = line[2 * x + 1]


@njit(nogil=True, error_model="numpy")
def _undo_sub(line: Any, row: Any) -> None:
    high = 0
    low = 0
    for x in range(row.size // 2):
        high = (line[2 * x] + high) & 255
        low = (line[2 * x + 1] + low) & 255
        row[2 * x + 1] = high
        row[2 * x] = low


@njit(nogil=True, error_model="numpy")
def _undo_up(line: Any, above: Any, row: Any) -> None:
    for x in range(row.size // 2):
        row[2 * x + 1] = line[2 * x] + above[2 * x + 1]
        row[2 * x] = line[2 * x + 1] + above[2 * x]


@njit(nogil=True, error_model="numpy")
def _undo_average(line: Any, above: Any, row: Any) -> None:
    high = 0
    low = 0
    for x in range(row.size // 2):
        high = (line[2 * x] + ((high + above[2 * x + 1]) >> 1)) & 255
        low = (line[2 * x + 1] + ((low + above[2 * x]) >> 1)) & 255
        row[2 * x + 1] = high
        row[2 * x] = low


@njit(nogil=True, error_model="numpy")
def _nearest(left: int, up: int, corner: int) -> int:
    """Return the neighbour that is nearest to ``left + up - corner``."""
    to_left = abs(up - corner)
    to_up = abs(left - corner)
    to_corner = abs(up + left - 2 * corner)
    nearest = up if to_up <= to_corner else corner
    return left if (to_left <= to_up) & (to_left <= to_corner) else nearest


@njit(nogil=True, error_model="numpy")
def _undo_paeth(line: Any, above: Any, row: Any) -> None:
    high = 0
    low = 0
    corner_high = 0
    corner_low = 0
    for x in range(row.size // 2):
        up_high = int(above[2 * x + 1])
        up_low = int(above[2 * x])
        high = (line[2 * x] + _nearest(high, up_high, corner_high)) & 255
        low = (line[2 * x + 1] + _nearest(low, up_low, corner_low)) & 255
        row[2 * x + 1] = high
        row[2 * x] = low
        corner_high = up_high
        corner_low = up_low


def _unfilter(filtered: Any, image: Any) -> None:
    height, size = image.shape
    above = np.zeros(size, np.uint8)
    for y in range(height):
        start = y * (size + 1)
        kind = filtered[start]
        line = filtered[start + 1 : start + 1 + size]
        row = image[y]
        if kind == _AVERAGE:
            _undo_average(line, above, row)
        elif kind == _PAETH:
            _undo_paeth(line, above, row)
        elif kind == _SUB:
            _undo_sub(line, row)
        elif kind == _UP:
            _undo_up(line, above, row)
        else:
            _undo_nothing(line, row)
        above = row


def _halve(upper: Any, lower: Any, half: Any) -> None:
    for y in range(half.shape[0]):
        for x in range(half.shape[1]):
            total = 0
            for i in range(2):
                for j in range(2):
                    total += upper[2 * y + i, 2 * x + j] + lower[2 * y + i, 2 * x + j]
            half[y, x] = total >> 3


unfilter = _compile(_unfilter, _BYTES, _ROWS)
"""Undo the filters of a 16-bit grey PNG image.

``unfilter(filtered, image)``: from the inflated bytes, a filter's number before each row, to the
image's rows as little-endian bytes.
"""

halve = _compile(_halve, _PLANE, _PLANE, _PLANE)
"""Take the mean of 2 x 2 x 2 voxels, rounded down.

``halve(upper, lower, half)``: from two planes to one of half their height and width; an odd last
row or column is left out.
"""
