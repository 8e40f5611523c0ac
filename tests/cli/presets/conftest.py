"""Presets on the real server, and files that hold values."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.client import Client, PresetAddress, Presets

from ...client.live_service import LiveService

UPLOAD = PresetAddress("v2", "ephys_rig", "upload_data_to_s3")

ValueFile = Callable[[Any], Path]


@pytest.fixture
def presets(service: LiveService) -> Iterator[Presets]:
    with Client(service.url) as client:
        yield client.presets


@pytest.fixture
def value_file(tmp_path: Path) -> ValueFile:
    """Write a value, or any text, to a file."""

    def write(content: Any) -> Path:
        path = tmp_path / "value.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write
