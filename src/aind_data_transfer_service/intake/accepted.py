"""What becomes of a request, whichever API it came by."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.plan import JobPlan
from ..errors import InvalidInput
from ..wire.problems import Loc, Problem, field_path
from .paths import NamedPath, missing_folders, path_problems
from .policy import IntakePolicy


class RequestInvalid(InvalidInput):
    """A request that is not accepted.

    ``problems`` lists everything found; ``errors_json`` says it the way V1 scripts parse it.
    """

    code = "request_invalid"

    def __init__(self, problems: Sequence[Problem], errors_json: str | None = None) -> None:
        self.problems = [problem.as_dict() for problem in problems]
        self.errors_json = _errors_json(problems) if errors_json is None else errors_json
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0].message}{more}", problems=self.problems)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that can be submitted."""

    plans: tuple[JobPlan, ...]
    user_email: str | None
    validated: dict[str, Any]
    """The request with everything filled in, as its API answers it."""
    warnings: list[dict[str, Any]]
    """What looks like a mistake though it is allowed."""


class Findings:
    """What is wrong with a request and what is doubtful, gathered job by job."""

    def __init__(self, policy: IntakePolicy) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self._policy = policy
        self._plans: list[tuple[Loc, JobPlan]] = []

    def bucket_url(self, bucket: str, loc: Loc) -> str | None:
        """Return the URL of the bucket a job names, or note that there is none."""
        url = self._policy.bucket_urls.get(bucket)
        if url is None:
            self.problems.append(_unknown_bucket(bucket, loc, self._policy))
        return url

    def add(self, plan: JobPlan, named: Sequence[NamedPath], loc: Loc) -> None:
        """Take a job's plan, and note what is wrong with its folders."""
        self._plans.append((loc, plan))
        if plan.webhooks and not self._policy.webhooks_allowed:
            self.problems.append(_no_webhooks(plan, loc))
        self.problems += path_problems(named, loc, self._policy.source_roots)
        if self._policy.path_checks != "off":
            self.unless_required(missing_folders(named))

    def unless_required(self, found: Iterator[Problem]) -> None:
        """Note what is an error only where folders have to be there at once."""
        required = self._policy.path_checks == "require"
        (self.problems if required else self.warnings).extend(found)

    def plans(self) -> tuple[JobPlan, ...]:
        """Return all plans; raises `RequestInvalid` if anything is wrong with any job."""
        self.problems += _repeated_assets(self._plans)
        if self.problems:
            raise RequestInvalid(self.problems)
        return tuple(plan for _, plan in self._plans)


def refuse_nul(body: bytes, content: object) -> None:
    """Refuse text with the character U+0000, which no database or file system keeps."""
    if rb"\u0000" in body and (problems := list(_nul_characters(content, ()))):
        raise RequestInvalid(problems)


def _unknown_bucket(bucket: str, loc: Loc, policy: IntakePolicy) -> Problem:
    known = tuple(sorted(policy.bucket_urls))
    place = field_path((*loc, "s3_bucket"))
    return Problem(
        code="bucket_not_configured",
        loc=(*loc, "s3_bucket"),
        field=place,
        message=f"{place}: this service has no bucket {str(bucket)!r}. Allowed: {', '.join(known)}",
        value=bucket,
        allowed=known,
    )


def _no_webhooks(plan: JobPlan, loc: Loc) -> Problem:
    place = field_path((*loc, "webhooks"))
    return Problem(
        code="webhooks_not_allowed",
        loc=(*loc, "webhooks"),
        field=place,
        message=f"{place}: this service calls no addresses that requests name"
        " (webhooks.allowed in its settings). Leave it out",
        value=plan.webhooks[0],
    )


def _nul_characters(value: object, loc: Loc) -> Iterator[Problem]:
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


def _repeated_assets(plans: Sequence[tuple[Loc, JobPlan]]) -> Iterator[Problem]:
    """Two different jobs of one request may not go to one place; the very same twice may."""
    first: dict[tuple[str, str], JobPlan] = {}
    for loc, plan in plans:
        known = first.setdefault((plan.storage_url.rstrip("/"), plan.asset_name), plan)
        if known is not plan and known.model_dump() != plan.model_dump():
            place = field_path(loc)
            yield Problem(
                code="asset_repeated",
                loc=loc,
                field=place,
                message=f"{place}: another job of this request goes to"
                f" {plan.asset_name} too, with other settings",
                value=plan.asset_name,
            )


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
