"""Plans what a job has done in Code Ocean: its registration, and the runs on its asset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..domain.pipeline import TaskId
from ..domain.plan import JobPlan, TaskPlan
from ..wire.problems import Loc, Problem
from .merge import DEFAULT
from .pipeline_runs import PERMISSIONS, WantedRun, check_registration, check_run
from .policy import CodeOceanPolicy, IntakePolicy
from .task_settings import TaskSettings

NOT_CONFIGURED = "Code Ocean is not configured"
_NOT_IN_S3 = "Code Ocean registers assets in S3, and this one goes to a folder"
_NO_RUN = "No pipeline was asked for"
_OPEN = "open"
_RECORD = "record"
_NOT_SENT = ("docdb_version", _RECORD)
"""What requests say to the first service's task, or must not say, and Code Ocean does not know."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What request and presets together want of Code Ocean for one job."""

    registration: TaskSettings
    """Of `TaskId.REGISTER_DATA_ASSET`."""
    registration_loc: Loc
    """Where a request has its settings."""
    runs: Sequence[WantedRun]
    no_runs: str | None = None
    """Why there are none, where somebody said so."""
    results_to_default: bool | None = None
    """Whether results go to the service's bucket; None: if the run's settings name no other."""


def with_code_ocean(
    plan: JobPlan, wanted: Wanted, policy: IntakePolicy, problems: list[Problem]
) -> JobPlan:
    """Return the plan with the tasks of Code Ocean as they will run, or why they will not.

    The asset's record in the document store is the registration's too.

    What is wrong with the settings of runs is added to ``problems``.
    """
    wrong = list(check_registration(wanted.registration.job_settings, wanted.registration_loc))
    if wrong:
        problems += wrong
        return plan
    registration = _registration(wanted.registration, plan, policy)
    runs = _runs(wanted, registration, plan, policy.codeocean, problems)
    tasks: list[TaskPlan] = []
    for task in plan.tasks:
        match task.task_id:
            case TaskId.REGISTER_DATA_ASSET:
                tasks.append(registration)
            case TaskId.RUN_CODEOCEAN_PIPELINE:
                tasks += runs
            case _:
                tasks.append(task)
    return plan.model_copy(update={"tasks": tuple(tasks)})


def _registration(wanted: TaskSettings, plan: JobPlan, policy: IntakePolicy) -> TaskPlan:
    service = policy.codeocean
    not_there = _why_not_there(plan, service)
    record = _record(plan, policy)
    if not_there is not None and record:
        return TaskPlan(
            task_id=TaskId.REGISTER_DATA_ASSET,
            skip_reason=wanted.skip_reason,
            settings=record,
            origins=dict.fromkeys(record, DEFAULT),
        )
    given = {k: v for k, v in wanted.job_settings.items() if v is not None and k not in _NOT_SENT}
    defaults = {k: v for k, v in _defaults(plan, service).items() if not given.get(k)}
    decided = _decided(given | defaults, plan) | record
    settings = given | defaults | decided
    origins = {k: v for k, v in wanted.origins.items() if k.split("/")[0] in given.keys() - decided}
    return TaskPlan(
        task_id=TaskId.REGISTER_DATA_ASSET,
        skip_reason=wanted.skip_reason or not_there,
        settings=settings,
        origins=origins | dict.fromkeys(defaults | decided, DEFAULT),
    )


def _why_not_there(plan: JobPlan, service: CodeOceanPolicy | None) -> str | None:
    """Return why the asset cannot be in Code Ocean; None if it can."""
    if service is None:
        return NOT_CONFIGURED
    return None if urlsplit(plan.storage_url).scheme == "s3" else _NOT_IN_S3


def _record(plan: JobPlan, policy: IntakePolicy) -> dict[str, Any]:
    """Return what is to be done in the document store; nothing where no record is made."""
    made = plan.task(TaskId.GATHER_FINAL_METADATA).skip_reason is None
    return {_RECORD: {"location": plan.location}} if policy.document_store and made else {}


def _defaults(plan: JobPlan, service: CodeOceanPolicy | None) -> dict[str, Any]:
    return {
        "name": plan.asset_name,
        "mount": plan.asset_name,
        "tags": ["raw"],
        "custom_metadata": {"data level": "raw"},
        PERMISSIONS: {"everyone": service.everyone if service else "none"},
    }


def _decided(settings: Mapping[str, Any], plan: JobPlan) -> dict[str, Any]:
    """Return what nobody may choose: where the asset is, and what it can be found by."""
    place = {
        "bucket": urlsplit(plan.storage_url).netloc,
        "prefix": plan.asset_name,
        "keep_on_external_storage": True,
        "public": plan.bucket == _OPEN,
    }
    platform = {} if plan.platform is None else {"experiment type": plan.platform}
    about = {**platform, "subject id": plan.subject_id}
    return {
        "source": {"aws": place},
        "tags": sorted({*settings["tags"], *about.values()}),
        "custom_metadata": {**settings["custom_metadata"], **about},
    }


def _runs(
    wanted: Wanted,
    registration: TaskPlan,
    plan: JobPlan,
    service: CodeOceanPolicy | None,
    problems: list[Problem],
) -> list[TaskPlan]:
    reason = _why_not(wanted, registration, _why_not_there(plan, service))
    if reason is not None:
        return [TaskPlan(task_id=TaskId.RUN_CODEOCEAN_PIPELINE, skip_reason=reason)]
    elements: list[TaskPlan] = []
    for run in wanted.runs:
        checked = check_run(run, problems)
        if checked is None:
            continue
        settings = checked.settings
        _send_results(settings, wanted, service)
        elements.append(
            TaskPlan(
                task_id=TaskId.RUN_CODEOCEAN_PIPELINE,
                map_index=len(elements),
                label=checked.label,
                skip_reason=run.skip_reason,
                settings=settings,
                origins=dict(run.origins),
            )
        )
    return elements


def _why_not(wanted: Wanted, registration: TaskPlan, not_there: str | None) -> str | None:
    if not_there == NOT_CONFIGURED:
        return NOT_CONFIGURED
    if wanted.no_runs is not None:
        return wanted.no_runs
    if not wanted.runs:
        return _NO_RUN
    if registration.skip_reason is not None:
        return f"{TaskId.REGISTER_DATA_ASSET} is skipped"
    return not_there


def _send_results(
    settings: dict[str, Any], wanted: Wanted, service: CodeOceanPolicy | None
) -> None:
    """Settle the bucket that takes the results."""
    capture: dict[str, Any] | None = settings.get("capture_settings")
    if capture is None:
        return
    target: Mapping[str, Any] | None = capture.pop("target", None)
    to_default = wanted.results_to_default
    if to_default or (to_default is None and target is None):
        bucket = service.results_bucket if service else None
        target = None if bucket is None else {"aws": {"bucket": bucket}}
    if target is not None:
        capture["target"] = target
