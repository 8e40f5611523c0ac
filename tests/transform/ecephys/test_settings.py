from typing import Any

import pytest
from pydantic import ValidationError

from aind_data_transfer_service.transform.ecephys import EcephysSettings


def test_defaults() -> None:
    settings = EcephysSettings()

    assert (settings.codec, settings.effective_level) == ("pcodec", 8)
    assert (settings.chunk_duration, settings.clip_n_frames) == (1.0, 100)
    assert settings.effective_workers >= 1
    assert EcephysSettings(codec="wavpack").effective_level == 3


@pytest.mark.parametrize(
    ("text", "seconds"), [("1s", 1.0), ("500ms", 0.5), ("0.25 s", 0.25), (2, 2.0)]
)
def test_chunk_duration(text: object, seconds: float) -> None:
    settings = EcephysSettings.model_validate({"chunk_duration": text})

    assert settings.chunk_duration == seconds


@pytest.mark.parametrize(
    "settings",
    [
        {"codec": "zip"},
        {"level": 13},
        {"codec": "wavpack", "level": 0},
        {"chunk_duration": "1 minute"},
        {"chunk_duration": 0},
        {"clip_n_frames": 0},
        {"workers": 0},
        {"compression": "pcodec"},
    ],
)
def test_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EcephysSettings.model_validate(settings)
