"""Presets for tests."""

from datetime import UTC, datetime
from typing import Any

from aind_data_transfer_service.ports.preset_store import (
    Preset,
    PresetKey,
    PresetProblem,
    PresetVersion,
)
from aind_data_transfer_service.presets.cache import PresetSnapshot
from aind_data_transfer_service.presets.names import key_of

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def presets(values: dict[str, dict[str, Any]], *, broken: tuple[str, ...] = ()) -> PresetSnapshot:
    """Return presets by their names, such as ``v2/ecephys/tasks/upload_data_to_s3``."""
    keys = [key_of(name) for name in broken]
    problems = {key: PresetProblem(str(key), key, "this is not JSON") for key in keys}
    return PresetSnapshot(
        presets={
            key_of(name): Preset(key=key_of(name), value=value, revision="7", modified=_NOW)
            for name, value in values.items()
        },
        broken=problems,
        problems=tuple(problems.values()),
        as_of=_NOW,
        stale_reason=None,
    )


def v2_key(job_type: str, task: str, modality: str | None = None) -> str:
    """Return how a preset is called in the origins of settings."""
    return f"preset {PresetKey(PresetVersion.V2, job_type, task, modality)}@7"
