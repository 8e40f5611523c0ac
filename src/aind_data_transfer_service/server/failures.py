"""Answers to what went wrong, each in the shape of the routes it happened on."""

from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from ..errors import Defect, TransferError
from .api_v1.answers import failure as v1_failure
from .api_v1.answers import has_this_shape
from .api_v1.answers import parameters_refused as v1_parameters_refused
from .api_v2.problems import problem
from .errors import BodyInvalid, MethodNotAllowed, PageUnknown, ParametersInvalid, status_of
from .portal.render import error_page

_PROGRAMS = ("/api/", "/health", "/openapi.json")


def answer_for(scope: Scope, error: TransferError) -> Response:
    """Return the answer to a request that failed with ``error``."""
    status = status_of(error)
    answer = _shaped(scope, status, error)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _shaped(scope: Scope, status: int, error: TransferError) -> Response:
    path: str = scope["path"]
    if has_this_shape(path):
        return v1_failure(path, status, error)
    if is_page(path):
        return error_page(scope, status, error)
    return problem(path, status, error)


def is_page(path: str) -> bool:
    """Whether people look at what is at this address, not programs."""
    return not path.startswith(_PROGRAMS)


def unexpected_answer(scope: Scope) -> Response:
    """Return the answer to a request that ran into a defect; the log has more, by the id."""
    request_id = scope["state"]["request_id"]
    return answer_for(
        scope,
        Defect(
            f"Something went wrong inside the service. The log has it as request {request_id}.",
            what_to_do="Try again; if it lasts, tell an administrator the id.",
            request_id=request_id,
        ),
    )


def install(app: FastAPI) -> None:
    """Let the application answer failures this way."""
    app.exception_handler(TransferError)(_coded)
    app.exception_handler(HTTPException)(_by_status)
    app.exception_handler(RequestValidationError)(_parameters)


async def _coded(request: Request, error: TransferError) -> Response:
    return answer_for(request.scope, error)


async def _by_status(request: Request, error: HTTPException) -> Response:
    path = request.url.path
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "another method")
        answer = answer_for(
            request.scope,
            MethodNotAllowed(f"{path} does not take {request.method}; it takes {allowed}."),
        )
        answer.headers["Allow"] = allowed
        return answer
    if error.status_code == HTTPStatus.NOT_FOUND:
        return answer_for(request.scope, PageUnknown(f"There is nothing at {path}."))
    return answer_for(request.scope, BodyInvalid(f"The request cannot be read: {error.detail}"))


async def _parameters(request: Request, error: RequestValidationError) -> Response:
    if has_this_shape(request.url.path):
        return v1_parameters_refused(error)
    problems = [
        {"code": item["type"], "field": ".".join(map(str, item["loc"][1:])), "message": item["msg"]}
        for item in error.errors()
    ]
    text = "; ".join(f"{problem['field']}: {problem['message']}" for problem in problems)
    return answer_for(request.scope, ParametersInvalid(text, problems=problems))
