"""Validates and takes V1 requests."""

from functools import partial

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from ...identity.scopes import Scope
from ...intake.accepted import Accepted
from ...intake.v1 import accept_v1
from ...ports.preset_store import PresetVersion
from ..access import needs
from ..service import Body, Caller, Service, ServiceDep
from . import examples
from .address import without_nul
from .answers import DAG_ID, SUBMIT, VALIDATE
from .submission import IdempotencyKey, Submitted, take, validate, validated

router = APIRouter(
    tags=["V1"],
    deprecated=True,
    dependencies=[needs(Scope.SUBMIT), Depends(without_nul)],
)


@router.post(
    VALIDATE,
    summary="Validate a request",
    openapi_extra=examples.REQUEST_BODY,
    responses=examples.VALIDATE_ANSWERS,
)
def validate_json(service: ServiceDep, body: Body) -> Response:
    """Check a request and fill in what follows from it, without submitting anything.

    `validated_model_json` is what the jobs would be; `warnings` lists what is allowed but looks
    like a mistake. A refused request has `errors` (a JSON text, as ever) and `problems`.
    """
    return validated(validate(service, PresetVersion.V1, body))


@router.post(
    SUBMIT,
    summary="Submit jobs",
    openapi_extra=examples.REQUEST_BODY,
    responses=examples.SUBMIT_ANSWERS,
)
def submit_jobs(
    service: ServiceDep, body: Body, caller: Caller, idempotency_key: IdempotencyKey = None
) -> Response:
    """Queue all jobs of a request, or none.

    Each job has one entry in `responses`; `dag_run_id` is its id. A job that asks for the very
    same as one under way is that one (`new` is false), so sending a request twice is harmless.
    """
    request = Submitted(SUBMIT, body, caller, idempotency_key, DAG_ID)
    return take(service, request, partial(_accept, service, body))


def _accept(service: Service, body: bytes) -> Accepted:
    return accept_v1(body, service.lookups.policy(), service.lookups.snapshot())
