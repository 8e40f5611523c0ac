"""The shapes and texts of V1 answers, as scripts know them from the first service.

Beside what the reference had, refusals carry ``data.problems``: what was wrong, with stable codes
and what to do.
"""

import json
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic.version import version_short

from ... import __version__
from ...errors import TransferError

DAG_ID = "transform_and_upload"
"""The name of the pipeline that V1 scripts know."""

VALIDATE = "/api/v1/validate_json"
SUBMIT = "/api/v1/submit_jobs"
JOBS = "/api/v1/get_job_status_list"
TASKS = "/api/v1/get_tasks_list"
LOGS = "/api/v1/get_task_logs"

NOT_VALID = "There were validation errors"

_FAILED = {
    VALIDATE: "There was an internal server error",
    SUBMIT: "There was an internal server error",
    JOBS: "Unable to retrieve job status list from airflow",
    TASKS: "Unable to retrieve job tasks list from airflow",
    LOGS: "Unable to retrieve task logs from airflow",
}


def answer(message: str, data: dict[str, Any], *, status: int = 200) -> JSONResponse:
    """Return an answer of the shape all of V1 has."""
    return JSONResponse({"message": message, "data": data}, status_code=status)


def failure(path: str, status: int, error: TransferError) -> JSONResponse:
    """Return the answer to a request that failed as a whole."""
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    message = _FAILED.get(path, error.message) if ours else error.message
    errors: Any = [error.message]
    data: dict[str, Any] = {}
    if path == VALIDATE:
        data, errors = {"version": __version__, "model_json": None}, json.dumps(errors)
    elif path == SUBMIT:
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
