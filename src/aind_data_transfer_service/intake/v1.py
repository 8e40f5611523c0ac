"""A V1 request becomes plans."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.plan import JobPlan, ModalityPlan
from ..errors import InvalidInput
from ..wire.problems import Loc, Problem, field_path
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
from .paths import missing_folders, path_problems
from .planning import lay_out
from .policy import IntakePolicy

__all__ = ["Accepted", "NotJson", "RequestInvalid", "accept_v1"]


class RequestInvalid(InvalidInput):
    """A request that is not accepted.

    ``problems`` lists everything found; ``errors_json`` says it the way V1 scripts parse it.
    """

    code = "request_invalid"

    def __init__(self, problems: Sequence[Problem], errors_json: str) -> None:
        self.problems = [problem.as_dict() for problem in problems]
        self.errors_json = errors_json
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0].message}{more}", problems=self.problems)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that can be submitted."""

    plans: tuple[JobPlan, ...]
    user_email: str | None
    validated: dict[str, Any]
    """The request with everything filled in, as V1 answers it."""
    warnings: list[dict[str, Any]]
    """What looks like a mistake though it is allowed."""


def accept_v1(body: bytes, policy: IntakePolicy) -> Accepted:
    """Validate a request and plan its jobs.

    Raises `NotJson`, or `RequestInvalid` with every problem found.
    """
    content = parse_json(body)
    if rb"\u0000" in body and (nul := list(_nul_characters(content, ()))):
        raise RequestInvalid(nul, _errors_json(nul))
    try:
        request = parse_request(content, project_names=policy.project_names)
    except InvalidRequest as refused:
        raise RequestInvalid(refused.problems, refused.reference_errors()) from refused
    validated = normalise(request)
    problems: list[Problem] = []
    warnings = list(find_warnings(content))
    plans = []
    for index, (job, dump) in enumerate(
        zip(request.upload_jobs, validated["upload_jobs"], strict=True)
    ):
        loc: Loc = ("upload_jobs", index)
        url = policy.bucket_urls.get(job.s3_bucket)
        if url is None:
            problems.append(_unknown_bucket(job, loc, policy))
            continue
        plan = _plan(job, dump, url)
        plans.append(plan)
        problems += path_problems(plan, loc, policy)
        if policy.path_checks != "off":
            (problems if policy.path_checks == "require" else warnings).extend(
                missing_folders(plan, loc)
            )
    problems += _repeated_assets(plans)
    if problems:
        raise RequestInvalid(problems, _errors_json(problems))
    return Accepted(
        plans=tuple(plans),
        user_email=request.user_email,
        validated=validated,
        warnings=[warning.as_dict() for warning in warnings],
    )


def _plan(job: BasicUploadJobConfigs, dump: dict[str, Any], storage_url: str) -> JobPlan:
    modalities = tuple(_modality(configs) for configs in job.modalities)
    return JobPlan(
        asset_name=dump["s3_prefix"],
        bucket=job.s3_bucket,
        storage_url=storage_url,
        project_name=job.project_name,
        platform=job.platform.abbreviation,
        platform_name=job.platform.name,
        subject_id=job.subject_id,
        acq_datetime=dump["acq_datetime"],
        job_type=job.codeocean_configs.job_type or job.platform.abbreviation,
        modalities=modalities,
        metadata_dir=str(job.metadata_dir) if job.metadata_dir else None,
        force_cloud_sync=job.force_cloud_sync,
        user_email=job.user_email,
        notify_on=tuple(sorted(job.email_notification_types or ())),
        tasks=tuple(lay_out(modalities, derivatives_dir=None)),
        request=dump,
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


def _unknown_bucket(job: BasicUploadJobConfigs, loc: Loc, policy: IntakePolicy) -> Problem:
    known = tuple(sorted(policy.bucket_urls))
    place = f"upload_jobs[{loc[-1]}].s3_bucket"
    return Problem(
        code="bucket_not_configured",
        loc=(*loc, "s3_bucket"),
        field=place,
        message=f"{place}: this service has no bucket {str(job.s3_bucket)!r}."
        f" Allowed: {', '.join(known)}",
        value=job.s3_bucket,
        allowed=known,
    )


def _nul_characters(value: object, loc: Loc) -> Iterator[Problem]:
    """Find text with the character U+0000, which no database or file system keeps."""
    if isinstance(value, str) and "\0" in value:
        field = field_path(loc)
        yield Problem(
            code="nul_character",
            loc=loc,
            field=field,
            message=f"{field}: the character U+0000 is not allowed in text",
            value=value.replace("\0", "\N{SYMBOL FOR NULL}"),
        )
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _nul_characters(str(key), (*loc, str(key)))
            yield from _nul_characters(item, (*loc, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nul_characters(item, (*loc, index))


def _repeated_assets(plans: Sequence[JobPlan]) -> list[Problem]:
    """Two different jobs of one request may not go to one place; the very same twice may."""
    first: dict[tuple[str, str], JobPlan] = {}
    problems = []
    for index, plan in enumerate(plans):
        known = first.setdefault((plan.storage_url, plan.asset_name), plan)
        if known.model_dump() != plan.model_dump():
            place = f"upload_jobs[{index}]"
            problems.append(
                Problem(
                    code="asset_repeated",
                    loc=("upload_jobs", index),
                    field=place,
                    message=f"{place}: another job of this request goes to"
                    f" {plan.asset_name} too, with other settings",
                    value=plan.asset_name,
                )
            )
    return problems


def _errors_json(problems: Sequence[Problem]) -> str:
    """Say our own problems as pydantic would, the only way V1 scripts know."""
    return json.dumps(
        [
            {
                "type": "value_error",
                "loc": list(problem.loc),
                "msg": f"Value error, {problem.message}",
                "input": problem.value,
                "ctx": {"error": problem.message},
                "url": "https://errors.pydantic.dev/2.14/v/value_error",
            }
            for problem in problems
        ]
    )
