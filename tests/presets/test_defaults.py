"""The presets that come with the service say what its tasks understand."""

from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.ports.preset_store import Preset, PresetVersion
from aind_data_transfer_service.presets.files import SHIPPED, FilePresets
from aind_data_transfer_service.presets.open import open_preset_store
from aind_data_transfer_service.settings import Settings
from aind_data_transfer_service.tasks.transfer_settings import TransferSettings
from aind_data_transfer_service.transform.ecephys.settings import EcephysSettings

PRESETS = FilePresets(Path("/does/not/exist"), base=SHIPPED).list()
_TASKS = {*TaskId, "modality_transformation_settings"}


def test_all_are_sound() -> None:
    assert PRESETS.problems == ()
    assert {preset.key.job_type for preset in PRESETS.presets} == {
        "behavior-videos",
        "default",
        "ecephys",
        "smartspim",
    }


@pytest.mark.parametrize("preset", PRESETS.presets, ids=lambda preset: str(preset.key))
def test_each_is_understood_by_its_task(preset: Preset) -> None:
    key, settings = preset.key, preset.value.get("job_settings")
    assert key.version is PresetVersion.V2
    assert key.task_id in _TASKS
    if key.task_id in (TaskId.UPLOAD_DATA_TO_S3, TaskId.VERIFY_UPLOAD):
        assert settings == TransferSettings.model_validate(settings).model_dump()
    elif key.modality == "ecephys":
        assert settings == EcephysSettings.model_validate(settings).model_dump(exclude_unset=True)
    else:
        assert preset.value == {"skip_task": True}


def test_none_names_an_image_or_a_script() -> None:
    assert all(preset.value.keys() <= {"skip_task", "job_settings"} for preset in PRESETS.presets)


def test_they_are_there_unless_the_site_has_its_own(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    store = open_preset_store(settings)
    assert store.list() == PRESETS
    preset = PRESETS.presets[0]
    store.put(preset.key, {"skip_task": False}, replaces=preset.revision)
    assert (tmp_path / "presets").is_dir()
    assert open_preset_store(settings).get(preset.key).value == {"skip_task": False}
