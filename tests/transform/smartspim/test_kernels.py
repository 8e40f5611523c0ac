"""What the compiled loops need, and do without."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from aind_data_transfer_service.transform.errors import TransformStackMissing
from aind_data_transfer_service.transform.smartspim import SmartSpimSettings, find_session, kernels
from aind_data_transfer_service.transform.smartspim import api as smartspim_api


def test_the_largest_values_do_not_overflow() -> None:
    plane = np.full((2, 2), 65535, np.uint16)
    half = np.empty((1, 1), np.uint16)
    kernels.halve(plane, plane, half)
    assert half == [[65535]]


def test_where_compiled_code_cannot_be_kept_it_is_compiled_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bool] = []

    def njit(signature: Any, *, cache: bool = False, **options: Any) -> Callable[..., Any]:
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function")
        found: Callable[..., Any] = numba.njit(signature, **options)
        return found

    monkeypatch.setattr(kernels, "njit", njit)
    halve = kernels._compile(kernels._halve, *[kernels._PLANE] * 3)
    half = np.empty((1, 1), np.uint16)
    halve(np.full((2, 3), 8, np.uint16), np.full((2, 3), 9, np.uint16), half)
    assert half == [[8]]
    assert asked == [True, False]


def test_libraries_that_are_missing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        smartspim_api, "find_spec", lambda name: None if name in {"numba", "deflate"} else name
    )
    with pytest.raises(TransformStackMissing, match="needs deflate, numba: not installed"):
        find_session(tmp_path, SmartSpimSettings())
