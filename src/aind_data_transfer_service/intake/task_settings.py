"""What presets and a request together say about one task."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..domain.pipeline import TaskId
from ..domain.plan import ProgramPlan, TaskPlan
from ..ports.preset_store import Preset
from .merge import REQUEST, Layer, Merged, lay, merge
from .presets import Presets

_JOB_SETTINGS = "job_settings"


@dataclass(frozen=True)
class TaskSettings:
    """Merged settings of one task: the members of a task in V2."""

    merged: Merged

    @cached_property
    def job_settings(self) -> dict[str, Any]:
        """Settings of the task's program."""
        return dict(self.merged.value.get(_JOB_SETTINGS) or {})

    @cached_property
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

    @cached_property
    def skip_task(self) -> bool:
        """Whether the task is left out."""
        return bool(self.merged.value.get("skip_task"))

    @cached_property
    def is_wanted(self) -> bool:
        """Whether somebody said in so many words that the task is to run."""
        return self.merged.value.get("skip_task") is False

    @cached_property
    def skip_reason(self) -> str | None:
        """Who left the task out; None if nobody did."""
        if not self.skip_task:
            return None
        origin = self.merged.origin_of("skip_task")
        return f"Skipped by {'the request' if origin == REQUEST else origin}"

    @cached_property
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

    def plan_alone(self, task_id: TaskId, reason: str | None) -> TaskPlan:
        """Return the plan of a task that is not mapped; ``reason`` is why it is skipped anyway.

        Jobs whose settings are the same object, those of a preset, share it.
        """
        key = task_id, reason
        if key not in self._plans:
            self._plans[key] = TaskPlan(
                task_id=task_id,
                skip_reason=self.skip_reason or reason,
                settings=self.job_settings,
                origins=self.origins,
                program=self.program,
            )
        return self._plans[key]

    @cached_property
    def _plans(self) -> dict[tuple[TaskId, str | None], TaskPlan]:
        return {}


class Settler:
    """Lays what requests say over the presets.

    Parameters
    ----------
    presets
        The presets. One settler serves all jobs of a request: each preset is looked up once.
    """

    def __init__(self, presets: Presets) -> None:
        self._presets = presets
        self._presets_alone: dict[tuple[str, str, str | None], TaskSettings] = {}

    def settle(
        self,
        job_type: str,
        task: str,
        modality: str | None = None,
        requested: Mapping[str, Any] | None = None,
    ) -> TaskSettings:
        """Return the settings of one task; raises `PresetBroken`."""
        alone = self._preset_alone(job_type, task, modality)
        if not requested:
            return alone
        return TaskSettings(lay(alone.merged.copy(), Layer(requested, REQUEST)))

    def _preset_alone(self, job_type: str, task: str, modality: str | None) -> TaskSettings:
        key = (job_type, task, modality)
        if key not in self._presets_alone:
            preset = self._presets.find(job_type, task, modality)
            self._presets_alone[key] = TaskSettings(merge(*([_layer(preset)] if preset else [])))
        return self._presets_alone[key]


def _layer(preset: Preset) -> Layer:
    value = {name: item for name, item in preset.value.items() if item is not None}
    return Layer(value, f"preset {preset.key}@{preset.revision}")
