"""Validates and takes V1 requests."""

import json
from datetime import UTC
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from ... import __version__
from ...domain.plan import JobPlan
from ...engine.services.submit import AcceptedJob, AssetBusy, submit
from ...identity.scopes import Scope
from ...intake.v1 import RequestInvalid, accept_v1
from ...wire.v1 import parse_json
from ..access import needs
from ..service import Body, Caller, Service, ServiceDep
from . import examples
from .answers import DAG_ID, NOT_VALID, SUBMIT, VALIDATE, answer

router = APIRouter(tags=["V1"])


@router.post(
    VALIDATE,
    summary="Validate a request",
    openapi_extra=examples.REQUEST_BODY,
    responses=examples.VALIDATE_ANSWERS,
    dependencies=[needs(Scope.SUBMIT)],
)
def validate_json(service: ServiceDep, body: Body) -> JSONResponse:
    """Check a request and fill in what follows from it, without submitting anything.

    `validated_model_json` is what the jobs would be; `warnings` lists what is allowed but looks
    like a mistake. A refused request has `errors` (a JSON text, as ever) and `problems`.
    """
    asked = parse_json(body)
    data: dict[str, Any] = {"version": __version__, "model_json": asked}
    try:
        accepted = accept_v1(body, service.lookups.policy(), service.lookups.snapshot())
    except RequestInvalid as refused:
        data |= {"errors": refused.errors_json, "problems": refused.problems}
        return answer(NOT_VALID, data, status=406)
    data |= {"validated_model_json": accepted.validated, "warnings": accepted.warnings}
    return answer("Valid model", data)


@router.post(
    SUBMIT,
    summary="Submit jobs",
    openapi_extra=examples.REQUEST_BODY,
    responses=examples.SUBMIT_ANSWERS,
    dependencies=[needs(Scope.SUBMIT)],
)
def submit_jobs(service: ServiceDep, body: Body, caller: Caller) -> JSONResponse:
    """Queue all jobs of a request, or none.

    Each job has one entry in `responses`; `dag_run_id` is its id. A job that asks for the very
    same as one under way is that one (`new` is false), so sending a request twice is harmless.
    """
    try:
        accepted = accept_v1(body, service.lookups.policy(), service.lookups.snapshot())
    except RequestInvalid as refused:
        return _refused(406, NOT_VALID, refused.errors_json, refused.problems)
    try:
        _, jobs = submit(
            service.database,
            service.queue,
            accepted.plans,
            user_email=accepted.user_email,
            client=caller,
        )
    except AssetBusy as busy:
        return _busy(service, busy)
    responses = [_run(service, job, plan) for job, plan in zip(jobs, accepted.plans, strict=True)]
    data = {"responses": responses, "errors": [], "warnings": accepted.warnings}
    return answer("Submitted request to airflow", data)


def _run(service: Service, job: AcceptedJob, plan: JobPlan) -> dict[str, Any]:
    """Say a job as Airflow says a run, and what is ours beside it."""
    submitted = job.created_at.astimezone(UTC).isoformat()
    return {
        "conf": plan.request,
        "dag_id": DAG_ID,
        "dag_run_id": job.job_id,
        "data_interval_end": submitted,
        "data_interval_start": submitted,
        "end_date": None,
        "execution_date": submitted,
        "external_trigger": True,
        "last_scheduling_decision": None,
        "logical_date": submitted,
        "note": None,
        "run_type": "manual",
        "start_date": None,
        "state": job.state,
        "job_id": job.job_id,
        "submission_id": job.submission_id,
        "asset_name": job.asset_name,
        "location": job.location,
        "job_url": service.job_url(job.job_id),
        "new": job.new,
    }


def _busy(service: Service, busy: AssetBusy) -> JSONResponse:
    details = dict(busy.details)
    if "job_id" in details:
        details["job_url"] = service.job_url(details["job_id"])
    problem = {**busy.as_dict(), "details": details}
    return _refused(409, busy.message, json.dumps([busy.message]), [problem])


def _refused(
    status: int, message: str, errors: str, problems: list[dict[str, Any]]
) -> JSONResponse:
    data = {"responses": [], "errors": errors, "problems": problems}
    return answer(message, data, status=status)
