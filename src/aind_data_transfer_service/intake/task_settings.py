"""What presets and a request together say about one task."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.plan import ProgramPlan
from .merge import REQUEST, Layer, Merged, merge
from .presets import Presets

_JOB_SETTINGS = "job_settings"


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """Merged settings of one task: the members of a task in V2."""

    merged: Merged

    @property
    def job_settings(self) -> dict[str, Any]:
        """Settings of the task's program."""
        return dict(self.merged.value.get(_JOB_SETTINGS) or {})

    @property
    def origins(self) -> dict[str, str]:
        """Where each of the job settings came from."""
        return self.merged.origins_below(_JOB_SETTINGS)

    def without(self, *names: str) -> "TaskSettings":
        """Return these settings without some of the job settings."""
        settings = {k: v for k, v in self.job_settings.items() if k not in names}
        origins = {
            path: origin
            for path, origin in self.merged.origins.items()
            if path[0] != _JOB_SETTINGS or (len(path) > 1 and path[1] not in names)
        }
        return TaskSettings(Merged({**self.merged.value, _JOB_SETTINGS: settings}, origins))

    @property
    def skip_task(self) -> bool:
        """Whether the task is left out."""
        return bool(self.merged.value.get("skip_task"))

    @property
    def skip_reason(self) -> str | None:
        """Who left the task out; None if nobody did."""
        if not self.skip_task:
            return None
        origin = self.merged.origin_of("skip_task")
        return f"Skipped by {'the request' if origin == REQUEST else origin}"

    @property
    def program(self) -> ProgramPlan | None:
        """The container and script named for the task, if any is."""
        given = {
            name: self.merged.value[name]
            for name in ProgramPlan.model_fields
            if name != "origins" and self.merged.value.get(name) is not None
        }
        if not given:
            return None
        origins = {
            name: origin
            for name, origin in self.merged.origins_below().items()
            if name.split("/")[0] in given
        }
        return ProgramPlan(**given, origins=origins)


@dataclass(frozen=True, slots=True)
class JobPresets:
    """The presets of one job."""

    presets: Presets
    job_type: str

    def settle(
        self, task: str, modality: str | None, requested: Mapping[str, Any] | None = None
    ) -> TaskSettings:
        """Lay what is requested over the preset; raises `PresetUnusable`."""
        preset = self.presets.find(self.job_type, task, modality)
        layers = []
        if preset is not None:
            origin = f"preset {preset.key}@{preset.revision}"
            layers.append(Layer({k: v for k, v in preset.value.items() if v is not None}, origin))
        if requested:
            layers.append(Layer(requested, REQUEST))
        return TaskSettings(merge(*layers))
