"""Settings that a request may give."""

import os
from typing import Any

import pytest
from pydantic import ValidationError

from aind_data_transfer_service.transform.smartspim import SmartSpimSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"chunk_size": [100, 128, 128]},
        {"chunk_size": [8, 128, 128]},
        {"chunk_size": [1024, 128, 128]},
        {"chunk_size": 128},
        {"downsample_levels": 0},
        {"downsample_levels": 9},
        {"voxel_size": [1, 1, 0]},
        {"voxel_size": [1, 1]},
        {"voxel_size": [1, 1, float("inf")]},
        {"workers": 0},
        {"compressor_kwargs": {}},
    ],
)
def test_what_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SmartSpimSettings(**wrong)


def test_a_thread_for_each_processor_that_may_be_used() -> None:
    assert SmartSpimSettings().effective_workers == len(os.sched_getaffinity(0))
    assert SmartSpimSettings(workers=3).effective_workers == 3
