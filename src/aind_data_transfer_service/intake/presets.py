"""The presets as requests are judged by."""

from collections.abc import Iterator
from functools import cached_property

from ..ports.preset_store import (
    CUSTOM_JOB_TYPE,
    Preset,
    PresetKey,
    PresetKeyInvalid,
    PresetVersion,
)
from ..presets.cache import PresetSnapshot

DEFAULT_JOB_TYPE = "default"
"""Its presets stand for those that a job type lacks."""


class Presets:
    """The presets of one API's jobs.

    Parameters
    ----------
    snapshot
        All presets; None: there are none, and a request may name any job type.
    version
        The API whose jobs they are for.
    """

    def __init__(self, snapshot: PresetSnapshot | None, version: PresetVersion) -> None:
        self._snapshot = snapshot
        self._version = version

    @property
    def job_types(self) -> tuple[str, ...] | None:
        """The job types there are; None if that is not known."""
        if self._snapshot is None:
            return None
        return tuple(dict.fromkeys((DEFAULT_JOB_TYPE, *self._snapshot.job_types(self._version))))

    @cached_property
    def images(self) -> frozenset[str]:
        """Every image that a preset names."""
        return frozenset(self._texts("image"))

    @cached_property
    def command_scripts(self) -> frozenset[str]:
        """Every script that a preset has."""
        return frozenset(self._texts("command_script"))

    def find(self, job_type: str, task: str, modality: str | None) -> Preset | None:
        """Return the nearest preset: of the modality, of the task, then of the default job type.

        Raises `PresetBroken` if the nearest one cannot be used.
        """
        if self._snapshot is None or job_type == CUSTOM_JOB_TYPE:
            return None
        for key in self._keys(job_type, task, modality):
            preset = self._snapshot.find(key)
            if preset is not None:
                return preset
        return None

    def _keys(self, job_type: str, task: str, modality: str | None) -> Iterator[PresetKey]:
        modalities = (None,) if modality is None else (modality, None)
        for kind in dict.fromkeys((job_type, DEFAULT_JOB_TYPE)):
            for each in modalities:
                try:
                    yield PresetKey(self._version, kind, task, each)
                except PresetKeyInvalid:
                    continue  # no preset can be called so

    def _texts(self, field: str) -> Iterator[str]:
        presets = {} if self._snapshot is None else self._snapshot.presets
        for key, preset in presets.items():
            text = preset.value.get(field)
            if key.version is self._version and isinstance(text, str):
                yield text
