"""Validates and takes V2 requests, and cancels jobs, as V2 scripts know it."""

from collections.abc import Sequence
from functools import partial

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from ...engine.services.submit import AcceptedJob, any_under_way, same_under_way
from ...identity.scopes import Scope
from ...intake.accepted import Accepted, RequestInvalid
from ...intake.v2 import accept_v2
from ...intake.validation import refusal
from ...ports.preset_store import PresetVersion
from ...wire.problems import Problem
from ..access import needs
from ..api_v1.address import without_nul
from ..api_v1.answers import DAG_ID_V2, SUBMIT_V2, VALIDATE_V2
from ..api_v1.submission import IdempotencyKey, Submitted, take, validate, validated
from ..service import Body, Caller, Service, ServiceDep
from .request_examples import REQUEST_BODY, SUBMIT_ANSWERS, VALIDATE_ANSWERS

router = APIRouter(tags=["V2"], dependencies=[needs(Scope.SUBMIT), Depends(without_nul)])


@router.post(
    VALIDATE_V2,
    summary="Validate a V2 request",
    openapi_extra=REQUEST_BODY,
    responses=VALIDATE_ANSWERS,
)
def validate_json(service: ServiceDep, body: Body) -> Response:
    """Check a request against the model, the presets and the jobs under way; submit nothing.

    `warnings` lists what is allowed but looks like a mistake. A refused request has `errors` (a
    JSON text) and `problems`.
    """
    verdict = validate(service, PresetVersion.V2, body)
    if any_under_way(service.database, verdict.places):
        try:
            _refuse(same_under_way(service.database, accept(service, body).plans))
        except RequestInvalid as refused:
            verdict = refusal(body, refused)
    return validated(verdict)


@router.post(
    SUBMIT_V2,
    summary="Submit jobs by V2",
    openapi_extra=REQUEST_BODY,
    responses=SUBMIT_ANSWERS,
)
def submit_jobs(
    service: ServiceDep, body: Body, caller: Caller, idempotency_key: IdempotencyKey = None
) -> Response:
    """Queue all jobs of a request, or none.

    Each job has one entry in `responses`; `dag_run_id` is its id. A job that asks for the very
    same as one under way is refused; to be able to send a request twice, give it an
    `Idempotency-Key`.
    """
    request = Submitted(SUBMIT_V2, body, caller, idempotency_key, DAG_ID_V2)
    return take(service, request, partial(accept, service, body), check=require_new)


def accept(service: Service, body: bytes) -> Accepted:
    """Validate and plan a V2 request; raises `NotJson` or `RequestInvalid`."""
    return accept_v2(body, service.lookups.policy(), service.lookups.snapshot())


def require_new(jobs: Sequence[AcceptedJob]) -> None:
    """Raise `RequestInvalid` if the very same as one of the jobs is under way already."""
    _refuse([job.asset_name for job in jobs if not job.new])


def _refuse(under_way: Sequence[str]) -> None:
    if under_way:
        raise RequestInvalid(
            [
                Problem(
                    code="job_under_way",
                    loc=(),
                    field="",
                    message=f"Job is already running/queued for {asset_name}",
                    value=asset_name,
                )
                for asset_name in under_way
            ]
        )
