"""What requests of both APIs, and presets, ask of Code Ocean, in one form, and what is wrong."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

from pydantic import ValidationError

from ..wire.problems import Loc, Problem, nearest_of, problems_of
from ..wire.v1.base import WireModel
from ..wire.v1.codeocean import DataAssetParams, Permissions, PipelineMonitorSettings
from .problems import problem

MONITOR = "pipeline_monitor_capsule_id"
PERMISSIONS = "permissions"


@dataclass(frozen=True, slots=True)
class WantedRun:
    """One run that was asked for: ``PipelineMonitorSettings``, and where they were given."""

    settings: Mapping[str, Any]
    loc: Loc
    monitor: str | None = None
    """A capsule that is to start and watch it."""
    origins: Mapping[str, str] = field(default_factory=dict)
    skip_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedRun:
    """A run as it can be planned."""

    label: str
    settings: dict[str, Any]


def check_run(wanted: WantedRun, problems: list[Problem]) -> CheckedRun | None:
    """Return the run, or None and what is wrong with it.

    Members that are not known are left out: the first service looked at these settings only when
    it ran them.
    """
    try:
        model = _validated(deepcopy(dict(wanted.settings)))
    except ValidationError as error:
        problems += _placed(problems_of(error), wanted.loc)
        return None
    found = [*_which(model, wanted.loc), *_time_zone(model, wanted.loc)]
    problems += found
    if found:
        return None
    settings = model.model_dump(mode="json", exclude_none=True)
    if wanted.monitor:
        settings[MONITOR] = wanted.monitor
    run = model.run_params
    return CheckedRun(label=str(run.pipeline_id or run.capsule_id), settings=settings)


def check_registration(settings: Mapping[str, Any], loc: Loc) -> Iterable[Problem]:
    """Yield what is wrong with the settings by which an asset is registered."""
    empty = {"name": "", "mount": "", "tags": []}
    checks: list[tuple[type[WireModel], Any, Loc]] = [(DataAssetParams, {**empty, **settings}, loc)]
    if settings.get(PERMISSIONS) is not None:
        checks.append((Permissions, settings[PERMISSIONS], (*loc, PERMISSIONS)))
    for model, value, place in checks:
        try:
            model.model_validate(value)
        except ValidationError as error:
            yield from _placed(problems_of(error), place)


def _validated(settings: dict[str, Any]) -> PipelineMonitorSettings:
    run = settings.get("run_params")
    inputs = run.get("data_assets") if isinstance(run, dict) else None
    for asset in inputs if isinstance(inputs, list) else ():
        if isinstance(asset, dict) and asset.get("id") is None:
            asset["id"] = ""  # the registered asset
    try:
        return PipelineMonitorSettings.model_validate(settings)
    except ValidationError as error:
        unknown = [item["loc"] for item in error.errors() if item["type"] == "extra_forbidden"]
        if not unknown:
            raise
    for *place, name in unknown:
        _at(settings, place).pop(name)
    return PipelineMonitorSettings.model_validate(settings)


def _at(value: Any, place: Iterable[str | int]) -> Any:
    for key in place:
        value = value[key]
    return value


def _which(model: PipelineMonitorSettings, loc: Loc) -> Iterable[Problem]:
    run = model.run_params
    if bool(run.capsule_id) == bool(run.pipeline_id):
        yield problem(
            "run_not_named", (*loc, "run_params"), "give capsule_id or pipeline_id, and one of them"
        )


def _time_zone(model: PipelineMonitorSettings, loc: Loc) -> Iterable[Problem]:
    zone = model.capture_settings.process_name_suffix_tz if model.capture_settings else None
    if zone is not None and zone not in available_timezones():
        yield problem(
            "time_zone_unknown",
            (*loc, "capture_settings", "process_name_suffix_tz"),
            f"there is no time zone {zone!r}; names are like UTC and America/Los_Angeles",
            value=zone,
            nearest=nearest_of(zone, available_timezones()),
        )


def _placed(problems: Iterable[Problem], loc: Loc) -> Iterable[Problem]:
    """Say of problems where in the request the settings are that have them."""
    for each in problems:
        text = each.message.removeprefix(f"{each.field}: ")
        yield problem(
            each.code, (*loc, *each.loc), text, allowed=each.allowed, nearest=each.nearest
        )
