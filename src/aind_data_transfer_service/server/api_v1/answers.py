"""The shapes and texts of the first service's answers, as scripts know them.

Beside what the reference had, refusals carry ``data.problems``: what was wrong, with stable codes
and what to do.
"""

import json
import re
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic.version import version_short
from pydantic_core import to_json

from ... import __version__
from ...errors import TransferError

DAG_ID = "transform_and_upload"
"""The name of the pipeline that V1 scripts know."""
DAG_ID_V2 = "transform_and_upload_v2"
"""The name of the pipeline that V2 scripts know; it is the same one."""

VALIDATE = "/api/v1/validate_json"
SUBMIT = "/api/v1/submit_jobs"
JOBS = "/api/v1/get_job_status_list"
TASKS = "/api/v1/get_tasks_list"
LOGS = "/api/v1/get_task_logs"
VALIDATE_V2 = "/api/v2/validate_json"
SUBMIT_V2 = "/api/v2/submit_jobs"
VALIDATE_CSV = "/api/v2/validate_csv"
VALIDATE_CSV_OLD = "/api/validate_csv"
CANCEL = "/api/v2/cancel_job"
_PARAMETERS = re.compile(r"/api/[^/]+/parameters(/|$)")
_SHAPED = ("/api/v1/", VALIDATE_V2, SUBMIT_V2, VALIDATE_CSV, VALIDATE_CSV_OLD, CANCEL)
_VALIDATING = (VALIDATE, VALIDATE_V2)
_SUBMITTING = (SUBMIT, SUBMIT_V2)

NOT_VALID = "There were validation errors"

_FAILED = {
    VALIDATE: "There was an internal server error",
    SUBMIT: "There was an internal server error",
    JOBS: "Unable to retrieve job status list from airflow",
    TASKS: "Unable to retrieve job tasks list from airflow",
    LOGS: "Unable to retrieve task logs from airflow",
    VALIDATE_V2: "There was an internal server error",
    SUBMIT_V2: "There was an internal server error",
    CANCEL: "Error canceling job.",
}


def has_this_shape(path: str) -> bool:
    """Whether what is at this address answers in the first service's shape."""
    return path.startswith(_SHAPED) or _PARAMETERS.match(path) is not None


class _Json(JSONResponse):
    """The same bytes as its base makes, three times as fast: answers may have 3 MB."""

    def render(self, content: Any) -> bytes:
        return to_json(content)


def answer(message: str, data: Any, *, status: int = 200) -> JSONResponse:
    """Return an answer of the shape all of V1 has."""
    return _Json({"message": message, "data": data}, status_code=status)


def example(description: str, message: str, data: Any) -> dict[str, Any]:
    """Return a kind of answer for the API's reference."""
    content = {"application/json": {"example": {"message": message, "data": data}}}
    return {"description": description, "content": content}


def failure(path: str, status: int, error: TransferError) -> JSONResponse:
    """Return the answer to a request that failed as a whole."""
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    message = _FAILED.get(path, error.message) if ours else error.message
    if _PARAMETERS.match(path) and status == HTTPStatus.UNAUTHORIZED:
        message = "User not authenticated"
    errors: Any = [error.message]
    data: dict[str, Any] = {}
    if path in _VALIDATING:
        data, errors = {"version": __version__, "model_json": None}, json.dumps(errors)
    elif path in _SUBMITTING:
        data, errors = {"responses": []}, json.dumps(errors)
    problems = error.details.get("problems") or [error.as_dict()]
    return answer(message, {**data, "errors": errors, "problems": problems}, status=status)


def not_there(message: str, params: dict[str, Any], error: TransferError) -> JSONResponse:
    """Return the answer for a job, task or log that does not exist, as Airflow words it."""
    detail = {
        "detail": error.message,
        "status": 404,
        "title": error.message,
        "type": "about:blank",
        "code": error.code,
        "what_to_do": error.what_to_do,
    }
    return answer(message, {"params": params, "errors": [detail]}, status=404)


def parameters_refused(error: RequestValidationError) -> JSONResponse:
    """Return the answer to a request whose parameters are missing or not allowed."""
    errors = [
        {
            "type": item["type"],
            "loc": item["loc"][1:],  # without "query"
            "msg": item["msg"],
            "input": item.get("input"),
            **({"ctx": {k: str(v) for k, v in item["ctx"].items()}} if "ctx" in item else {}),
            "url": f"https://errors.pydantic.dev/{version_short()}/v/{item['type']}",
        }
        for item in error.errors()
    ]
    return answer("Error validating request parameters", {"errors": errors}, status=406)
