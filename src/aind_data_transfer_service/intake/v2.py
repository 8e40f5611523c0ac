"""A V2 request becomes plans."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ..domain.pipeline import PIPELINE_BY_ID, TaskId
from ..domain.plan import JobPlan, ModalityPlan
from ..ports.preset_store import PresetBroken, PresetVersion
from ..presets.cache import PresetSnapshot
from ..wire.problems import Loc
from ..wire.v1 import InvalidRequest, parse_json
from ..wire.v2 import (
    Task,
    UploadJobConfigsV2,
    find_warnings,
    normalise,
    parse_request,
)
from ..wire.v2.task_ids import V2_NAMES
from .accepted import Accepted, Findings, RequestInvalid, refuse_nul
from .code_ocean import with_code_ocean
from .metadata import MetadataLook
from .partitions import PartitionsInvalid
from .planning import Settled, lay_out
from .policy import IntakePolicy
from .presets import Presets
from .problems import broken_preset, wrong_partitions
from .programs import program_problems, unused_scripts
from .removal import judge_removal
from .task_settings import Settler, TaskSettings
from .unused_settings import unused_settings
from .v2_settings import JobFacts
from .wanted_runs import wanted_by_v2

_COMPRESS = TaskId.COMPRESS_DATA
_REMOVE = TaskId.REMOVE_SOURCE_FOLDERS


def accept_v2(body: bytes, policy: IntakePolicy, presets: PresetSnapshot | None = None) -> Accepted:
    """Validate a request, lay its settings over the presets, and plan its jobs.

    Raises `NotJson`, or `RequestInvalid` with every problem found.
    """
    content = parse_json(body)
    refuse_nul(body, content)
    return V2Intake(policy, presets).accept(content)


class V2Intake:
    """Judges requests, all by the same policy and presets; each preset is looked up once."""

    def __init__(self, policy: IntakePolicy, presets: PresetSnapshot | None = None) -> None:
        self.policy = policy
        self._known = Presets(presets, PresetVersion.V2)
        self._settler = Settler(self._known)

    @property
    def job_types(self) -> tuple[str, ...] | None:
        """The job types there are; None if that is not known."""
        return self._known.job_types

    def accept(self, content: object) -> Accepted:
        """Judge a request as `parse_json` returns it; raises `RequestInvalid`."""
        try:
            request = parse_request(
                content, project_names=self.policy.project_names, job_types=self.job_types
            )
        except InvalidRequest as refused:
            raise RequestInvalid(refused.problems, refused.reference_errors()) from refused
        validated = normalise(request)
        findings = Findings(self.policy)
        look = MetadataLook(self.policy, findings)
        findings.warnings += find_warnings(content, request)
        for index, (job, dump) in enumerate(
            zip(request.upload_jobs, validated["upload_jobs"], strict=True)
        ):
            self._plan(job, dump, ("upload_jobs", index), findings, look)
        return Accepted(
            plans=findings.plans(),
            user_email=request.user_email,
            validated=validated,
            warnings=[warning.as_dict() for warning in findings.warnings],
        )

    def _plan(
        self,
        job: UploadJobConfigsV2,
        dump: dict[str, Any],
        loc: Loc,
        findings: Findings,
        look: MetadataLook,
    ) -> None:
        """Plan a job, or note what is wrong with it."""
        findings.problems += program_problems(job, self._known, self.policy, loc)
        url = findings.bucket_url(job.s3_bucket, loc)
        try:
            settled = _settle(job, self._settler)
        except PresetBroken as broken:
            findings.problems.append(broken_preset(broken, loc))
            return
        facts = JobFacts(job, settled, (*loc, "tasks"))
        findings.problems += facts.problems
        findings.unless_required(facts.modalities_without_source())
        if url is None or facts.problems:
            return
        try:
            plan = _plan(job, dump, url, facts)
            wanted = wanted_by_v2(
                job, self._settler, settled.tasks[TaskId.REGISTER_DATA_ASSET], loc
            )
        except PartitionsInvalid as wrong:
            place = (*loc, "tasks", V2_NAMES[_COMPRESS], wrong.modality)
            findings.problems.append(wrong_partitions(wrong, loc, place))
            return
        except PresetBroken as broken:
            findings.problems.append(broken_preset(broken, loc))
            return
        plan = with_code_ocean(plan, wanted, self.policy, findings.problems)
        place = (*loc, "tasks", V2_NAMES[_REMOVE])
        preset = self._settler.settle(job.job_type, V2_NAMES[_REMOVE])
        judge_removal(plan, preset, self.policy, place, findings)
        findings.warnings += unused_scripts(plan, loc)
        findings.warnings += unused_settings(plan, partial(_settings_of, loc))
        look.at(plan, *facts.gathering)
        findings.add(plan, facts.folders, loc)


def _settings_of(loc: Loc, modality: ModalityPlan) -> Loc:
    return (*loc, "tasks", V2_NAMES[_COMPRESS], modality.abbreviation, "job_settings")


def _settle(job: UploadJobConfigsV2, settler: Settler) -> Settled:
    tasks: dict[TaskId, TaskSettings] = {}
    by_modality: dict[tuple[TaskId, str], TaskSettings] = {}
    for task_id, task in PIPELINE_BY_ID.items():
        name = V2_NAMES[task_id]
        given = job.tasks.get(name)
        if not task.mapped:
            tasks[task_id] = settler.settle(job.job_type, name, None, _layer(given))
            continue
        for modality in job.modalities:
            abbreviation = modality.abbreviation
            one = given.get(abbreviation) if isinstance(given, Mapping) else given
            by_modality[task_id, abbreviation] = settler.settle(
                job.job_type, name, abbreviation, _layer(one)
            )
    return Settled(tasks, by_modality)


def _layer(given: Task | dict[str, Task] | None) -> dict[str, Any]:
    """Return a task as the request's layer: naming a task also says that it is to run."""
    return given.model_dump(mode="json", exclude_none=True) if isinstance(given, Task) else {}


def _plan(
    job: UploadJobConfigsV2, dump: dict[str, Any], storage_url: str, facts: JobFacts
) -> JobPlan:
    modalities = tuple(
        ModalityPlan(
            name=modality.name,
            abbreviation=modality.abbreviation,
            source=facts.source(modality.abbreviation),
            compress=facts.compress(modality.abbreviation),
            job_settings=facts.settled.by_modality[_COMPRESS, modality.abbreviation].job_settings,
        )
        for modality in job.modalities
    )
    platform = job.platform
    return JobPlan(
        asset_name=job.s3_prefix,
        bucket=job.s3_bucket,
        storage_url=storage_url,
        project_name=job.project_name,
        platform=None if platform is None else platform.abbreviation,
        platform_name=None if platform is None else platform.name,
        subject_id=job.subject_id,
        acq_datetime=dump["acq_datetime"],
        job_type=job.job_type,
        modalities=modalities,
        metadata_dir=facts.metadata_dir,
        derivatives_dir=facts.derivatives_dir,
        force_cloud_sync=facts.settled.tasks[TaskId.CHECK_S3_FOLDER_EXISTS].skip_task,
        user_email=job.user_email,
        notify_on=tuple(sorted(job.email_notification_types or ())),
        webhooks=tuple(job.webhooks or ()),
        tasks=tuple(
            lay_out(modalities, derivatives_dir=facts.derivatives_dir, settled=facts.settled)
        ),
        request=dump,
    )
