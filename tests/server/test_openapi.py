"""The API keeps to its own description, whatever it is sent."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok
from starlette.types import ASGIApp, Receive, Scope, Send

from .factories import Jobsite

AnyCase = Case[Any]
AnyOperation = APIOperation[Any, Any, Any, Any]

_EXAMPLES = 25
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


class FromLoopback:
    """Lets requests come from this machine, which is trusted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "client": ("127.0.0.1", 1)}, receive, send)


def _requests(operation: AnyOperation, job_id: str) -> st.SearchStrategy[AnyCase]:
    """Return requests that keep to the description and such that do not, some for a real job."""
    fixed: list[dict[str, Any]] = [{}]
    if "{job_id}" in operation.path:
        fixed.append({"path_parameters": {"job_id": job_id}})
    if (example := _example(operation)) is not None:
        fixed.append({"body": example})
    return st.one_of(
        [
            operation.as_strategy(generation_mode=mode, **values)
            for mode in GenerationMode
            for values in fixed
        ]
    )


def _example(operation: AnyOperation) -> Any:
    content = operation.definition.raw.get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("example")


def _operations(app: FastAPI) -> Iterator[AnyOperation]:
    schema = schemathesis.openapi.from_asgi("/openapi.json", FromLoopback(app))
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        yield result.ok()


def test_every_answer_is_as_described(
    app: FastAPI, jobsite: Jobsite, subtests: pytest.Subtests
) -> None:
    job_id = jobsite.failed()
    for operation in _operations(app):

        @given(case=_requests(operation, job_id))
        @settings(
            max_examples=_EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        def keeps_to_it(case: AnyCase) -> None:
            case.call_and_validate(checks=_CHECKS)

        with subtests.test(operation=operation.label):
            keeps_to_it()


def test_every_answer_has_an_example_and_every_parameter_is_explained(app: FastAPI) -> None:
    document = app.openapi()
    for path, operations in document["paths"].items():
        for operation in operations.values() if path.startswith("/api/") else ():
            for parameter in operation.get("parameters", ()):
                assert parameter["description"], (path, parameter["name"])
            for status, answer in operation["responses"].items():
                for kind, content in answer.get("content", {}).items():
                    assert _has_example(document, kind, content), (path, status)


def _has_example(document: dict[str, Any], kind: str, content: dict[str, Any]) -> bool:
    """Whether there is an example: given, or of each field; texts and files need none."""
    if "example" in content or not kind.endswith("json"):
        return True
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    schema = document["components"]["schemas"][name]
    return "examples" in schema or all(
        "examples" in field or "$ref" in str(field) for field in schema["properties"].values()
    )


def test_422_is_described_where_it_is_answered_and_nowhere_else(app: FastAPI) -> None:
    found = {
        path
        for path, operations in app.openapi()["paths"].items()
        for operation in operations.values()
        if "422" in operation["responses"]
    }

    assert found == {"/api/v1/submit_jobs", "/api/v2/submit_jobs"}
