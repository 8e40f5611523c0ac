"""Finds in requests and presets what they want of Code Ocean."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..domain.pipeline import TaskId
from ..wire.problems import Loc
from ..wire.v1 import BasicUploadJobConfigs
from ..wire.v2 import Task, UploadJobConfigsV2
from ..wire.v2.task_ids import V2_NAMES
from .code_ocean import Wanted
from .merge import REQUEST
from .pipeline_runs import MONITOR, WantedRun
from .task_settings import Settler, TaskSettings

_REGISTER = TaskId.REGISTER_DATA_ASSET
_RUN = TaskId.RUN_CODEOCEAN_PIPELINE
_RUNS_V1 = "pipeline_monitor_capsule_settings"
_RUN_V2 = "pipeline_monitor_settings"
_NO_MONITOR = f"{MONITOR} is empty"
_SKIPPED = "Skipped by the request"


def wanted_by_v1(job: BasicUploadJobConfigs, settler: Settler, job_type: str, loc: Loc) -> Wanted:
    """Return what a V1 job wants; raises `PresetBroken`.

    Runs that the request does not speak of are those of the preset of the job type.
    """
    configs = job.codeocean_configs
    registration = configs.register_data_settings
    settled = settler.settle(
        job_type,
        _REGISTER,
        None,
        {"job_settings": registration.model_dump(mode="json") if registration else {}},
    )
    preset = settler.settle(job_type, _RUN)
    given = configs.pipeline_monitor_capsule_settings
    monitor = configs.pipeline_monitor_capsule_id
    if monitor is None:
        monitor = preset.job_settings.get(MONITOR)
    no_runs = _NO_MONITOR if monitor == "" else None
    place = (*loc, "codeocean_configs", "register_data_settings")
    if given is None:
        return Wanted(
            registration=settled,
            registration_loc=place,
            runs=_of_preset(preset, monitor, loc),
            no_runs=no_runs or preset.skip_reason,
            results_to_default=configs.capture_results_to_default_bucket,
        )
    dumps = [each.model_dump(mode="json", exclude_none=True) for each in given]
    return Wanted(
        registration=settled,
        registration_loc=place,
        runs=[
            WantedRun(
                dump,
                (*loc, "codeocean_configs", _RUNS_V1, index),
                monitor,
                dict.fromkeys(dump, REQUEST),
            )
            for index, dump in enumerate(dumps)
        ],
        no_runs=no_runs,
        results_to_default=configs.capture_results_to_default_bucket,
    )


def wanted_by_v2(
    job: UploadJobConfigsV2, settler: Settler, registration: TaskSettings, loc: Loc
) -> Wanted:
    """Return what a V2 job wants: at most one run for each modality. Raises `PresetBroken`."""
    name = V2_NAMES[_RUN]
    place = (*loc, "tasks", V2_NAMES[_REGISTER], "job_settings")
    given = job.tasks.get(name)
    for task in (given, job.tasks.get(_RUN)):
        if isinstance(task, Task) and task.skip_task:
            return Wanted(registration, place, (), _SKIPPED)
    runs = []
    for modality in job.modalities:
        one = given.get(modality.abbreviation) if isinstance(given, Mapping) else None
        requested = one.model_dump(mode="json", exclude_none=True) if one else {}
        settled = settler.settle(job.job_type, name, modality.abbreviation, requested)
        settings = settled.job_settings.get(_RUN_V2)
        if not isinstance(settings, Mapping) or not settings:
            continue
        monitor = settled.job_settings.get(MONITOR)
        runs.append(
            WantedRun(
                settings=settings,
                loc=(*loc, "tasks", name, modality.abbreviation, "job_settings", _RUN_V2),
                monitor=monitor,
                origins=settled.merged.origins_below("job_settings", _RUN_V2),
                skip_reason=settled.skip_reason or (_NO_MONITOR if monitor == "" else None),
            )
        )
    return Wanted(registration, place, runs)


def _of_preset(preset: TaskSettings, monitor: str | None, loc: Loc) -> Sequence[WantedRun]:
    given: Any = preset.job_settings.get(_RUNS_V1)
    origin = preset.origins.get(_RUNS_V1, "")
    return [
        WantedRun(settings, (*loc, "job_type"), monitor, dict.fromkeys(settings, origin))
        for settings in (given if isinstance(given, list) else ())
        if isinstance(settings, Mapping)
    ]
