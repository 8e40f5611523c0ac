"""The metadata that viewers read: https://ngff.openmicroscopy.org/0.4/."""

import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.transform.smartspim.ngff import colour

from .conftest import Compress


@pytest.fixture
def attributes(compress: Compress, output: Path) -> dict[str, Any]:
    compress()
    path = output / "Ex_488_Em_525/432380_504340.ome.zarr/.zattrs"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_axes_and_scales(attributes: dict[str, Any]) -> None:
    [multiscale] = attributes["multiscales"]
    assert multiscale["version"] == "0.4"
    assert multiscale["name"] == "/432380_504340.ome.zarr"
    assert [axis["name"] for axis in multiscale["axes"]] == list("tczyx")
    assert [axis["type"] for axis in multiscale["axes"]] == ["time", "channel"] + ["space"] * 3
    assert {axis["unit"] for axis in multiscale["axes"][2:]} == {"micrometer"}
    assert [dataset["path"] for dataset in multiscale["datasets"]] == ["0", "1", "2"]
    assert [dataset["coordinateTransformations"] for dataset in multiscale["datasets"]] == [
        [{"type": "scale", "scale": [1, 1, 2.0 * factor, 1.8 * factor, 1.8 * factor]}]
        for factor in (1, 2, 4)
    ]


def test_how_to_display_it(attributes: dict[str, Any]) -> None:
    omero = attributes["omero"]
    [channel] = omero["channels"]
    assert channel["label"] == "Ex_488_Em_525"
    assert channel["window"] == {"min": 0, "max": 65535, "start": 0, "end": 350}
    assert omero["rdefs"] == {"defaultT": 0, "defaultZ": 12, "model": "color"}
    assert omero["name"] == "432380_504340.ome.zarr"


@pytest.mark.parametrize(
    ("wavelength", "strongest"), [(680, 0), (600, 0), (525, 1), (460, 2), (100, 2), (9999, 0)]
)
def test_the_colour_is_about_that_of_the_light(wavelength: int, strongest: int) -> None:
    text = colour(wavelength)
    parts = [int(text[i : i + 2], 16) for i in (0, 2, 4)]
    assert len(text) == 6
    assert parts[strongest] == max(parts) == 255
