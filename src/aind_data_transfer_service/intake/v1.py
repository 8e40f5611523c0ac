"""A V1 request becomes plans."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Any

from ..domain.pipeline import TaskId
from ..domain.plan import JobPlan, ModalityPlan, TaskPlan
from ..ports.preset_store import PresetBroken, PresetVersion
from ..presets.cache import PresetSnapshot
from ..wire.problems import Loc
from ..wire.v1 import (
    BasicUploadJobConfigs,
    InvalidRequest,
    ModalityConfigs,
    NotJson,
    find_warnings,
    normalise,
    parse_json,
    parse_request,
)
from ..wire.v1.institutions import AIND
from .accepted import Accepted, Findings, RequestInvalid, refuse_nul
from .code_ocean import with_code_ocean
from .metadata import FOLLOWED, MetadataLook
from .partitions import PartitionsInvalid
from .paths import NamedPath
from .planning import Settled, lay_out
from .policy import IntakePolicy
from .presets import Presets
from .problems import broken_preset, wrong_partitions
from .removal import judge_removal
from .task_settings import Settler
from .unused_settings import unused_settings
from .wanted_runs import wanted_by_v1

__all__ = ["Accepted", "NotJson", "RequestInvalid", "accept_v1"]


def accept_v1(body: bytes, policy: IntakePolicy, presets: PresetSnapshot | None = None) -> Accepted:
    """Validate a request and plan its jobs.

    Raises `NotJson`, or `RequestInvalid` with every problem found.
    """
    content = parse_json(body)
    refuse_nul(body, content)
    try:
        request = parse_request(content, project_names=policy.project_names)
    except InvalidRequest as refused:
        raise RequestInvalid(refused.problems, refused.reference_errors()) from refused
    validated = normalise(request)
    layouts = _Layouts(Presets(presets, PresetVersion.V1))
    findings = Findings(policy)
    metadata = MetadataLook(policy, findings)
    findings.warnings += find_warnings(content)
    for index, (job, dump) in enumerate(
        zip(request.upload_jobs, validated["upload_jobs"], strict=True)
    ):
        loc: Loc = ("upload_jobs", index)
        url = findings.bucket_url(job.s3_bucket, loc)
        if url is None:
            continue
        try:
            plan = _plan(job, dump, url, layouts)
            wanted = wanted_by_v1(job, layouts.settler, plan.job_type, loc)
        except PresetBroken as broken:
            findings.problems.append(broken_preset(broken, loc))
            continue
        except PartitionsInvalid as wrong:
            names = [configs.modality.abbreviation for configs in job.modalities]
            place = (*loc, "modalities", names.index(wrong.modality))
            findings.problems.append(wrong_partitions(wrong, loc, place))
            continue
        findings.warnings += unused_settings(plan, partial(_settings_of, plan, loc))
        plan = with_code_ocean(plan, wanted, policy, findings.problems)
        preset = layouts.settler.settle(plan.job_type, TaskId.REMOVE_SOURCE_FOLDERS)
        judge_removal(plan, preset, policy, (*loc, "job_type"), findings)
        given = job.metadata_configs.model_dump(mode="json") if job.metadata_configs else {}
        metadata.at(plan, given, (*loc, "metadata_configs"), (*loc, "metadata_dir"))
        findings.add(plan, list(_named(plan, loc)), loc)
    return Accepted(
        plans=findings.plans(),
        user_email=request.user_email,
        validated=validated,
        warnings=[warning.as_dict() for warning in findings.warnings],
    )


def _plan(
    job: BasicUploadJobConfigs, dump: dict[str, Any], storage_url: str, layouts: "_Layouts"
) -> JobPlan:
    modalities = tuple(_modality(configs) for configs in job.modalities)
    job_type = job.codeocean_configs.job_type or job.platform.abbreviation
    return JobPlan(
        asset_name=dump["s3_prefix"],
        bucket=job.s3_bucket,
        storage_url=storage_url,
        project_name=job.project_name,
        platform=job.platform.abbreviation,
        platform_name=job.platform.name,
        subject_id=job.subject_id,
        acq_datetime=dump["acq_datetime"],
        job_type=job_type,
        modalities=modalities,
        metadata_dir=str(job.metadata_dir) if job.metadata_dir else None,
        force_cloud_sync=job.force_cloud_sync,
        user_email=job.user_email,
        notify_on=tuple(sorted(job.email_notification_types or ())),
        webhooks=tuple(job.webhooks or ()),
        tasks=layouts.tasks(modalities, job_type, _gathering(dump)),
        request=dump,
    )


_AIND = asdict(AIND)


class _Layouts:
    """The tasks of the jobs of one request; those that are set alike share them."""

    def __init__(self, presets: Presets) -> None:
        self.settler = Settler(presets)
        self._known: dict[tuple[str, str], tuple[TaskPlan, ...]] = {}

    def tasks(
        self, modalities: tuple[ModalityPlan, ...], job_type: str, gathering: dict[str, Any]
    ) -> tuple[TaskPlan, ...]:
        """Return the tasks of a job; raises `PresetBroken` and `PartitionsInvalid`."""
        asked = ((m.abbreviation, m.compress, m.job_settings, m.slurm_settings) for m in modalities)
        key = job_type, json.dumps([*asked, gathering])
        tasks = self._known.get(key)
        if tasks is None:
            settled = _settle(modalities, job_type, gathering, self.settler)
            tasks = tuple(lay_out(modalities, derivatives_dir=None, settled=settled))
            self._known[key] = tasks
        return tasks


def _gathering(dump: dict[str, Any]) -> dict[str, Any]:
    """Return what the user, not the service, says of how metadata are gathered."""
    given = dump["metadata_configs"]
    settings = {name: given[name] for name in FOLLOWED if given.get(name) is not None}
    institution = settings.pop("raw_data_description_settings", {}).get("institution")
    if institution is not None and institution != _AIND:
        settings["raw_data_description_settings"] = {"institution": institution}
    return settings


def _settle(
    modalities: tuple[ModalityPlan, ...],
    job_type: str,
    gathering: dict[str, Any],
    settler: Settler,
) -> Settled:
    """Lay the settings that V1 requests have, of modalities and metadata, over the presets."""
    compress = TaskId.COMPRESS_DATA
    gather = TaskId.GATHER_PRELIMINARY_METADATA
    asked = {gather: {"job_settings": gathering}} if gathering else {}
    return Settled(
        tasks={
            task_id: settler.settle(job_type, task_id, None, asked.get(task_id))
            for task_id in TaskId
        },
        by_modality={
            (compress, modality.abbreviation): settler.settle(
                job_type, compress, modality.abbreviation, {"job_settings": modality.job_settings}
            )
            for modality in modalities
        },
    )


def _modality(configs: ModalityConfigs) -> ModalityPlan:
    slurm = configs.slurm_settings
    return ModalityPlan(
        name=configs.modality.name,
        abbreviation=configs.modality.abbreviation,
        source=str(configs.source),
        compress=bool(configs.compress_raw_data),
        job_settings=configs.job_settings or {},
        slurm_settings=slurm.model_dump(mode="json", exclude_none=True) if slurm else None,
    )


def _settings_of(plan: JobPlan, loc: Loc, modality: ModalityPlan) -> Loc:
    return (*loc, "modalities", plan.modalities.index(modality), "job_settings")


def _named(plan: JobPlan, loc: Loc) -> Iterator[NamedPath]:
    for index, modality in enumerate(plan.modalities):
        if modality.source is not None:
            place = (*loc, "modalities", index, "source")
            yield NamedPath(place, modality.source, modality.abbreviation)
    if plan.metadata_dir is not None:
        yield NamedPath((*loc, "metadata_dir"), plan.metadata_dir)
