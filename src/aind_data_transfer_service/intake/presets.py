"""The presets as requests are judged by: all of them, as they were at one moment."""

from collections.abc import Iterator
from typing import Protocol

from ..errors import InvalidInput
from ..ports.preset_store import (
    CUSTOM_JOB_TYPE,
    Preset,
    PresetKey,
    PresetKeyInvalid,
    PresetListing,
    PresetVersion,
)

DEFAULT_JOB_TYPE = "default"
"""Its presets stand for those that a job type lacks."""


class PresetUnusable(InvalidInput):
    """A job needs a preset that is broken."""

    code = "preset_broken"
    what_to_do_default = "An administrator has to correct the preset."


class PresetSource(Protocol):
    """What is needed of a store of presets."""

    def list(self) -> PresetListing:
        """Return all presets."""
        ...


class Presets:
    """The presets of one version at one moment.

    Parameters
    ----------
    source
        Where they are; None: there are none, and a request may name any job type.
    version
        The API whose jobs they are for.
    """

    def __init__(self, source: PresetSource | None, version: PresetVersion) -> None:
        listing = PresetListing(()) if source is None else source.list()
        self._version = version
        self._known = source is not None
        self._presets = {
            preset.key: preset for preset in listing.presets if preset.key.version is version
        }
        self._broken = {
            problem.key: problem.message for problem in listing.problems if problem.key is not None
        }
        self.images = frozenset(self._texts("image"))
        """Every image that a preset names."""
        self.command_scripts = frozenset(self._texts("command_script"))
        """Every script that a preset has."""

    @property
    def job_types(self) -> tuple[str, ...] | None:
        """The job types there are; None if that is not known."""
        if not self._known:
            return None
        types = {key.job_type for key in self._presets} | {
            key.job_type for key in self._broken if key.version is self._version
        }
        first = (DEFAULT_JOB_TYPE, CUSTOM_JOB_TYPE)
        return (*first, *sorted(types.difference(first)))

    def find(self, job_type: str, task: str, modality: str | None) -> Preset | None:
        """Return the nearest preset: of the modality, of the task, then of the default job type.

        Raises `PresetUnusable` if the nearest one cannot be used.
        """
        if job_type == CUSTOM_JOB_TYPE or not self._known:
            return None
        for key in self._keys(job_type, task, modality):
            if key in self._broken:
                raise PresetUnusable(f"The preset {key} is broken: {self._broken[key]}")
            if key in self._presets:
                return self._presets[key]
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
        for preset in self._presets.values():
            text = preset.value.get(field)
            if isinstance(text, str):
                yield text
