"""Whether a job may have its sources removed, and from where."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from ..domain.paths import PathInvalid, lies_in, require_source_path
from ..domain.pipeline import TaskId
from ..domain.plan import JobPlan, TaskPlan
from ..tasks.removal_settings import RemovalSettingsInvalid, SourceRemovalSettings
from ..wire.problems import Loc, Problem
from .accepted import Findings
from .policy import IntakePolicy
from .problems import problem
from .task_settings import TaskSettings

_WARNING = "sources_will_be_removed"
_NEEDED = (TaskId.UPLOAD_DATA_TO_S3, TaskId.VERIFY_UPLOAD)


def judge_removal(
    plan: JobPlan, preset: TaskSettings, policy: IntakePolicy, loc: Loc, findings: Findings
) -> None:
    """Note why the sources of a job may not be removed, if they are to be; else that they will be.

    Parameters
    ----------
    plan
        The job.
    preset
        What presets alone say of the task.
    policy
        Where sources may be removed, and on whose word.
    loc
        The task's place in the request.
    findings
        Takes what is wrong, and the warning.
    """
    wrong = list(_problems(plan, preset, policy, loc))
    findings.problems += wrong
    if not wrong:
        findings.warnings += [problem(_WARNING, loc, text) for text in removal_warnings(plan)]


def _problems(
    plan: JobPlan, preset: TaskSettings, policy: IntakePolicy, loc: Loc
) -> Iterator[Problem]:
    task = plan.task(TaskId.REMOVE_SOURCE_FOLDERS)
    if task.skip_reason is not None:
        return
    try:
        settings = SourceRemovalSettings.of(task.settings)
        allowed = SourceRemovalSettings.of(preset.job_settings)
    except RemovalSettingsInvalid as wrong:
        yield problem(wrong.code, (*loc, "job_settings"), wrong.message)
        return
    if not policy.removal_roots:
        yield problem(
            "removal_not_configured",
            loc,
            "this service removes no sources (its settings name no removal.roots)."
            " Leave the task out",
        )
        return
    if not policy.removal_by_request and not _within(settings, allowed, preset):
        yield problem(
            "removal_not_allowed",
            loc,
            "a request may ask only for what the preset of its job type has removed"
            " (removal.by_request in the service's settings). Leave the task out, or ask for a"
            " dry_run",
        )
    yield from _missing_proof(plan, loc)
    yield from _modalities(plan, settings, loc)
    yield from _outside(plan, settings, policy, loc)


def _within(
    settings: SourceRemovalSettings, allowed: SourceRemovalSettings, preset: TaskSettings
) -> bool:
    """Whether presets alone would have all of it removed."""
    if settings.dry_run:
        return True
    if not preset.is_wanted or allowed.dry_run:
        return False
    most, wanted = allowed.modalities_to_delete, settings.modalities_to_delete
    return most is None or (wanted is not None and set(wanted) <= set(most))


def _missing_proof(plan: JobPlan, loc: Loc) -> Iterator[Problem]:
    for needed in _NEEDED:
        if plan.task(needed).skip_reason is not None:
            yield problem(
                "removal_unverified",
                loc,
                f"sources are removed only after {needed}, which is skipped",
            )


def _modalities(plan: JobPlan, settings: SourceRemovalSettings, loc: Loc) -> Iterator[Problem]:
    as_they_are = removable_modalities(plan)
    for name in settings.modalities_to_delete or ():
        if name not in as_they_are:
            yield problem(
                "removal_of_transformed",
                (*loc, "job_settings", "modalities_to_delete"),
                f"{name} is not uploaded as it is, so that its files cannot be compared with the"
                " asset; its source is kept",
                value=name,
                allowed=as_they_are,
            )


def _outside(
    plan: JobPlan, settings: SourceRemovalSettings, policy: IntakePolicy, loc: Loc
) -> Iterator[Problem]:
    for name, folder in removed_sources(plan, settings).items():
        try:
            path = require_source_path(name, folder)
        except PathInvalid:
            continue  # told with the other paths
        if not _below(path, policy.removal_roots):
            yield problem(
                "removal_outside_roots",
                loc,
                f"{folder} ({name}) lies below none of the folders where sources may be removed:"
                f" {', '.join(map(str, policy.removal_roots))}",
                value=folder,
            )


def _below(path: PurePosixPath, roots: tuple[PurePosixPath, ...]) -> bool:
    return lies_in(path.parent, roots)


def removable_modalities(plan: JobPlan) -> tuple[str, ...]:
    """Return the modalities that are uploaded as they are."""
    transformed = {
        task.modality
        for task in plan.tasks
        if task.task_id is TaskId.COMPRESS_DATA and (task.script or _compressed(plan, task))
    }
    return tuple(
        modality.abbreviation
        for modality in plan.staged_modalities
        if plan.modalities.index(modality) not in transformed
    )


def removed_sources(plan: JobPlan, settings: SourceRemovalSettings) -> dict[str, str]:
    """Return the folders that are to be removed whole, by what they hold."""
    wanted = settings.modalities_to_delete
    names = removable_modalities(plan)
    folders = {
        modality.abbreviation: modality.source
        for modality in plan.modalities
        if modality.abbreviation in names and (wanted is None or modality.abbreviation in wanted)
    }
    folders["derivatives"] = plan.derivatives_dir
    return {name: folder for name, folder in folders.items() if folder is not None}


def removal_warnings(plan: JobPlan) -> Iterator[str]:
    """Yield what people must know before they submit a job that has its sources removed."""
    task = plan.task(TaskId.REMOVE_SOURCE_FOLDERS)
    if task.skip_reason is not None:
        return
    settings = SourceRemovalSettings.of(task.settings)
    named = [f"{path} ({name})" for name, path in removed_sources(plan, settings).items()]
    if plan.metadata_dir is not None:
        named.append(f"{plan.metadata_dir} (metadata)")
    if settings.dry_run:
        yield f"Sources are only compared with the asset, and kept (dry_run): {', '.join(named)}"
        return
    yield f"SOURCES WILL BE REMOVED once the upload is verified: {', '.join(named)}"
    kept = [
        modality.abbreviation
        for modality in plan.staged_modalities
        if modality.abbreviation not in removable_modalities(plan)
    ]
    if kept:
        yield f"Not removed, as they are not uploaded as they are: {', '.join(kept)}"


def _compressed(plan: JobPlan, task: TaskPlan) -> bool:
    modality = plan.modality_of(task)
    return modality is not None and modality.compress
