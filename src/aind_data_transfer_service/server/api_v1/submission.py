"""Validates and submits what either API took, answered in the shape both have.

A request with an `Idempotency-Key` is answered the same for 24 hours, whatever became of its jobs.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Annotated, Any

from fastapi import Header
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from ...domain.plan import JobPlan
from ...engine.services.idempotency import AnsweredBefore, KeyedRequest
from ...engine.services.submit import AcceptedJob, AssetBusy, submit
from ...intake.accepted import Accepted, RequestInvalid
from ...intake.validation import Question, Verdict
from ...intake.validator import LARGE_BYTES
from ...memory import give_back
from ...ports.preset_store import PresetVersion
from ..errors import ParametersInvalid
from ..service import Service
from .answers import NOT_VALID, answer

_KEY = re.compile(r"[!-~]{1,255}")
_VALID = "Valid model"
_TAKEN = "Submitted request to airflow"

IdempotencyKey = Annotated[
    str | None,
    Header(
        description="Any text that no other request has, such as a UUID: 1 to 255 visible ASCII"
        " characters. A request sent again with its key within 24 hours gets the same answer and"
        " queues nothing.",
        examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ),
]
Accept = Callable[[], Accepted]


@dataclass(frozen=True, slots=True)
class Submitted:
    """One request to submit."""

    route: str
    body: bytes
    caller: str
    key: str | None
    dag_id: str
    """What its API calls the pipeline."""


def validate(service: Service, api: PresetVersion, body: bytes) -> Verdict:
    """Say what a request would become; raises `NotJson`."""
    lookups = service.lookups
    return service.validator.validate(Question(api, body, lookups.policy(), lookups.snapshot()))


def validated(verdict: Verdict) -> Response:
    """Return the answer to a request that was validated."""
    message, status = (_VALID, 200) if verdict.accepted else (NOT_VALID, 406)
    content = b'{"message":"%s","data":%s}' % (message.encode(), verdict.data)
    return Response(content, status_code=status, media_type="application/json")


def take(
    service: Service,
    request: Submitted,
    accept: Accept,
    *,
    check: Callable[[list[AcceptedJob]], None] = lambda _jobs: None,
) -> Response:
    """Queue all jobs of a request, or none; ``check`` may still refuse them."""
    keyed = _keyed(request)
    if keyed is not None and (known := keyed.known_answer(service.database)) is not None:
        return _as_before(known)
    text: str | None = None

    def also(session: Session, jobs: list[AcceptedJob]) -> None:
        nonlocal text
        check(jobs)
        if keyed is not None:
            text = _answer_text(service, request, accepted, jobs)
            keyed.keep(session, text)

    try:
        accepted = accept()
        _, jobs = submit(
            service.database,
            service.queue,
            accepted.plans,
            user_email=accepted.user_email,
            client=request.caller,
            dag_id=request.dag_id,
            also=also,
        )
    except RequestInvalid as refused:
        return _refused(406, NOT_VALID, refused.errors_json, refused.problems)
    except AssetBusy as busy:
        return _busy(service, busy)
    except AnsweredBefore as before:
        return _as_before(before.answer)
    text = text or _answer_text(service, request, accepted, jobs)
    afterwards = BackgroundTask(give_back) if len(request.body) >= LARGE_BYTES else None
    return Response(text, media_type="application/json", background=afterwards)


def _keyed(request: Submitted) -> KeyedRequest | None:
    if request.key is None:
        return None
    if not _KEY.fullmatch(request.key):
        raise ParametersInvalid(
            "Idempotency-Key: it has 1 to 255 visible ASCII characters and no spaces."
        )
    return KeyedRequest(request.key, request.route.encode() + b"\n" + request.body)


def _as_before(text: str) -> Response:
    return Response(text, media_type="application/json", headers={"Idempotency-Replayed": "true"})


def _answer_text(
    service: Service, request: Submitted, accepted: Accepted, jobs: list[AcceptedJob]
) -> str:
    runs = [
        _run(service, job, plan, request.dag_id)
        for job, plan in zip(jobs, accepted.plans, strict=True)
    ]
    data = {"responses": runs, "errors": [], "warnings": accepted.warnings}
    return json.dumps({"message": _TAKEN, "data": data}, ensure_ascii=False, separators=(",", ":"))


def _run(service: Service, job: AcceptedJob, plan: JobPlan, dag_id: str) -> dict[str, Any]:
    """Say a job as Airflow says a run, and what is ours beside it."""
    submitted = job.created_at.astimezone(UTC).isoformat()
    return {
        "conf": plan.request,
        "dag_id": dag_id,
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
