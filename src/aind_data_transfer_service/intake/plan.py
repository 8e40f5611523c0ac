"""Tells what a job would do, without doing any of it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..domain.pipeline import PIPELINE_BY_ID, RunsAs, TaskId
from ..domain.plan import JobPlan, ModalityPlan, TaskPlan
from ..domain.slurm_job import slurm_job
from ..metadata.files import KNOWN_FILES
from ..tasks.needs import default_settings, needs, runs_as, wants_cluster
from ..transform.smartspim.session import stack_folders
from .count import Count, Counter
from .merge import DEFAULT
from .removal import removal_warnings

if TYPE_CHECKING:  # the process that validates large requests does without
    from ..settings import SlurmSettings

_SECONDS = 5.0
_FILES = 200_000
_METADATA = "metadata"
_DERIVATIVES = "derivatives"


def describe(
    plan: JobPlan,
    *,
    source_roots: Sequence[Path] = (),
    counter: Counter | None = None,
    slurm: "SlurmSettings | None" = None,
    tools: bool = False,
) -> dict[str, Any]:
    """Return everything a job would do: where to, what from, and with which settings.

    Parameters
    ----------
    plan
        The job.
    source_roots
        Folders that counted ones must lie in; none means anywhere.
    counter
        Counts files and bytes; by default for five seconds at most. One counter for several jobs
        shares its time among them.
    slurm
        The cluster, if there is one.
    tools
        Whether metadata tools are set up.

    Returns
    -------
    dict
        JSON. Every setting has its origin: ``default``, ``preset KEY@REVISION`` or ``request``.
        Where counting broke off, or links lead on, ``complete`` is false and ``text`` says "at
        least".
    """
    counting = counter or Counter(
        seconds=_SECONDS, files=_FILES, roots=[root.resolve() for root in source_roots]
    )
    sources = _sources(plan, counting)
    return {
        "asset_name": plan.asset_name,
        "bucket": plan.bucket,
        "location": f"{plan.location}/",
        "key_prefix": f"{plan.asset_name}/",
        "force_cloud_sync": plan.force_cloud_sync,
        "project_name": plan.project_name,
        "platform": plan.platform,
        "subject_id": plan.subject_id,
        "acq_datetime": plan.acq_datetime,
        "job_type": plan.job_type,
        "user_email": plan.user_email,
        "notify_on": list(plan.notify_on),
        "sources": sources,
        "total": _total(sources),
        "tasks": [describe_task(task, plan, slurm, tools=tools) for task in plan.tasks],
        "warnings": [*removal_warnings(plan), *_idle_partitions(plan, counting)],
    }


def _idle_partitions(plan: JobPlan, counter: Counter) -> Iterator[str]:
    """Yield which modalities have more partitions than stacks, as far as the server sees them."""
    for task in plan.tasks:
        modality = plan.modality_of(task)
        if task.partition is None or task.partition.index or modality is None:
            continue
        source = Path(modality.required_source) if modality.source else None
        if source is None or counter.unusable(source) is not None:
            continue
        try:
            stacks = len(stack_folders(source))
        except OSError:
            continue  # the check of the sources tells more of it
        if task.partition.count > stacks:
            yield (
                f"{modality.abbreviation}: {task.partition.count} partitions for {stacks} stacks:"
                " some will have nothing to do"
            )


def _sources(plan: JobPlan, counter: Counter) -> list[dict[str, Any]]:
    staged = {modality.abbreviation for modality in plan.staged_modalities}
    sources = [
        _modality(modality, plan, counter, staged=modality.abbreviation in staged)
        for modality in plan.modalities
    ]
    if plan.metadata_dir is not None:
        count = counter.files(Path(plan.metadata_dir), KNOWN_FILES)
        sources.append(_source(_METADATA, plan.metadata_dir, f"{plan.asset_name}/", count))
    if plan.derivatives_dir is not None:
        count = counter.folder(Path(plan.derivatives_dir))
        target = f"{plan.asset_name}/{_DERIVATIVES}/"
        sources.append(_source(_DERIVATIVES, plan.derivatives_dir, target, count))
    return sources


def _modality(
    modality: ModalityPlan, plan: JobPlan, counter: Counter, *, staged: bool
) -> dict[str, Any]:
    if not staged:
        count = Count(problem="Nothing of it is uploaded: its task is skipped")
    elif modality.source is None:
        count = Count(complete=False, problem="No source was given")
    else:
        count = counter.folder(Path(modality.source))
    target = f"{plan.asset_name}/{modality.folder_name}/" if staged else None
    entry = _source(modality.abbreviation, modality.source, target, count)
    return entry | {"compress": modality.compress}


def _source(name: str, source: str | None, target: str | None, count: Count) -> dict[str, Any]:
    return {
        "name": name,
        "source": source,
        "target_prefix": target,
        "files": count.files,
        "bytes": count.bytes,
        "complete": count.complete,
        "text": str(count),
        "problem": count.problem,
    }


def _total(sources: Sequence[dict[str, Any]]) -> dict[str, Any]:
    total = Count(
        files=sum(source["files"] for source in sources),
        bytes=sum(source["bytes"] for source in sources),
        complete=all(source["complete"] for source in sources),
    )
    return {
        "files": total.files,
        "bytes": total.bytes,
        "complete": total.complete,
        "text": str(total),
    }


def describe_task(
    task: TaskPlan, plan: JobPlan, slurm: "SlurmSettings | None" = None, *, tools: bool = False
) -> dict[str, Any]:
    """Return what one task would do, with each setting and its origin, as JSON."""
    described = PIPELINE_BY_ID[task.task_id]
    modality = plan.modality_of(task)
    defaults = {} if task.skip_reason else default_settings(task.task_id, modality)
    return {
        "task_id": task.task_id.value,
        "title": described.title,
        "map_index": task.map_index,
        "label": task.label,
        "partition": task.partition.model_dump() if task.partition else None,
        "skip_reason": task.skip_reason,
        "settings": defaults | task.settings,
        "origins": dict.fromkeys(defaults, DEFAULT) | task.origins,
        "program": task.program.model_dump(exclude_none=True) if task.program else None,
        "executor": None if task.skip_reason else _executor(task, modality, slurm, tools=tools),
    }


def _executor(
    task: TaskPlan, modality: ModalityPlan | None, slurm: "SlurmSettings | None", *, tools: bool
) -> dict[str, Any]:
    """Return what an executor would be asked for; ``cpus`` of None: all that it has."""
    how = runs_as(task.task_id, tools=tools)
    request: dict[str, Any] = {"runs_as": how.value}
    if how is RunsAs.PROCESS:
        needed = needs(task.task_id, modality)
        if slurm is not None and slurm.is_there and wants_cluster(task, modality, slurm.tasks):
            asked = slurm_job(task, modality, slurm.defaults(memory_mb=needed.memory_mb))
            return request | {"slurm": asdict(asked)}
        request |= {"cpus": None if needed.all_cpus else 0, "memory_mb": needed.memory_mb}
    if task.task_id is TaskId.COMPRESS_DATA and modality is not None and modality.slurm_settings:
        request["slurm_settings"] = modality.slurm_settings
    return request
