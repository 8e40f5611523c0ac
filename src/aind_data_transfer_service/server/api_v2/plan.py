"""What a request would do, without doing any of it."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from ...identity.scopes import Scope
from ...intake.accepted import Accepted
from ...intake.count import Counter
from ...intake.plan import describe
from ...intake.v1 import accept_v1
from ...metadata.options import MetadataOptions
from ...wire.apis import Api, api_of
from ...wire.v1 import parse_json
from ..access import needs
from ..service import Body, Service, ServiceDep
from .answers import DENIED, refused
from .examples import PLAN, shown
from .request_examples import REQUEST_BODY
from .requests import accept

router = APIRouter(prefix="/api/v2", tags=["V2"])

_SECONDS = 5.0
_FILES = 200_000


class PlanAnswer(BaseModel):
    """What the jobs of a request would do."""

    api: Api
    """Which API's request it is."""
    jobs: list[dict[str, Any]] = Field(
        description="Of each job: target, sources with files and bytes, total, and its tasks with"
        " settings, the origin of each setting, and what an executor would be asked for; warnings."
    )
    warnings: list[dict[str, Any]] = Field(description="What is allowed but looks like a mistake.")


@router.post(
    "/plan",
    summary="Plan a request",
    openapi_extra=REQUEST_BODY,
    responses=shown(PLAN)
    | DENIED
    | refused(400, "The body is not JSON")
    | refused(406, "The request is not valid; `details.problems` lists all that is wrong"),
    dependencies=[needs(Scope.SUBMIT)],
)
def plan_request(
    service: ServiceDep,
    body: Body,
    api: Annotated[Api | None, Query(description="Default: told by the request.")] = None,
) -> PlanAnswer:
    """Tell all that the jobs of a V1 or V2 request would do. Nothing is written.

    Counting files stops after five seconds; `complete` is false where there is more.
    """
    api = api or api_of(parse_json(body))
    accepted = accept(service, body) if api == "v2" else _accept_v1(service, body)
    roots = [Path(root).resolve() for root in service.settings.source_roots]
    counter = Counter(seconds=_SECONDS, files=_FILES, roots=roots)
    slurm = service.settings.slurm
    tools = MetadataOptions.from_settings(service.settings).has_tools
    jobs = [describe(plan, counter=counter, slurm=slurm, tools=tools) for plan in accepted.plans]
    return PlanAnswer(api=api, jobs=jobs, warnings=accepted.warnings)


def _accept_v1(service: Service, body: bytes) -> Accepted:
    return accept_v1(body, service.lookups.policy(), service.lookups.snapshot())
