from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.testing.smartspim import SpimSize, write_session
from aind_data_transfer_service.transform.smartspim import (
    SmartSpimResult,
    SmartSpimSettings,
    compress_stacks,
    find_session,
)

Compress = Callable[..., SmartSpimResult]

SMALL = {"chunk_size": (16, 16, 16), "downsample_levels": 3, "workers": 2}


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session of two tiles in two channels, 24 x 40 x 56 voxels each."""
    return write_session(tmp_path / "session", SpimSize(channels=2))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "SPIM"


@pytest.fixture
def compress(session: Path, output: Path) -> Compress:
    """Compress the session, or what is left of it."""

    def run(source: Path = session, **changes: Any) -> SmartSpimResult:
        progress = changes.pop("progress", lambda _done, _total: None)
        on_finished = changes.pop("on_finished", lambda _folder: None)
        settings = SmartSpimSettings(**{**SMALL, **changes})
        found = find_session(source, settings)
        return compress_stacks(
            found.stacks, output, found.voxel_size, settings, progress, on_finished=on_finished
        )

    return run
