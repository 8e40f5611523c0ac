"""The API's reference, made from its OpenAPI document."""

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from .render import page

router = APIRouter(include_in_schema=False)

_SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter in an address."""

    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One kind of answer; ``body`` is an example, or the fields."""

    status: str
    description: str
    body: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API does."""

    anchor: str
    method: str
    path: str
    summary: str
    paragraphs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: str
    answers: tuple[Answer, ...]


@router.get("/docs")
def show_reference(request: Request) -> HTMLResponse:
    """Describe every operation of the API."""
    document = request.app.openapi()
    return page("reference.html", info=document["info"], groups=_groups(document))


def _groups(document: dict[str, Any]) -> list[tuple[dict[str, Any], list[Operation]]]:
    operations = [
        (operation["tags"][0], _operation(document, path, method, operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return [
        (tag, [operation for name, operation in operations if name == tag["name"]])
        for tag in document["tags"]
    ]


def _operation(
    document: dict[str, Any], path: str, method: str, operation: dict[str, Any]
) -> Operation:
    content = operation.get("requestBody", {}).get("content", {})
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        paragraphs=tuple(operation.get("description", "").split("\n\n")),
        parameters=tuple(
            _parameter(document, parameter) for parameter in operation.get("parameters", ())
        ),
        body=_body(document, content),
        answers=tuple(
            Answer(status, answer["description"], _body(document, answer.get("content", {})))
            for status, answer in operation["responses"].items()
        ),
    )


def _parameter(document: dict[str, Any], parameter: dict[str, Any]) -> Parameter:
    kind = _kind(document, parameter["schema"])
    return Parameter(
        name=parameter["name"],
        kind=f"{kind} in the {parameter['in']}",
        required=parameter["required"],
        description=parameter.get("description", ""),
    )


def _kind(document: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _kind(document, _referred(document, schema))
    if "anyOf" in schema:
        options = [option for option in schema["anyOf"] if option != {"type": "null"}]
        return " or ".join(_kind(document, option) for option in options)
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(document, schema['items'])}"
    return str(schema.get("format") or schema.get("type") or "any")


def _referred(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema["$ref"].removeprefix(_SCHEMAS)
    referred: dict[str, Any] = document["components"]["schemas"][name]
    return referred


def _body(document: dict[str, Any], content: dict[str, Any]) -> str:
    for kind, body in content.items():
        if not kind.endswith("json"):
            return kind
        example = body.get("example") or _example(document, body["schema"], depth=0)
        return json.dumps(example, indent=2, ensure_ascii=False)
    return ""


def _example(document: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    """Return a value of the schema's shape in which kinds stand for the values."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return _example(document, _referred(document, schema), depth)
    if "properties" in schema and depth < 4:  # noqa: PLR2004 - deeper examples help nobody
        return {
            name: _example(document, part, depth + 1) for name, part in schema["properties"].items()
        }
    if schema.get("type") == "array" and "$ref" in schema["items"]:
        return [_example(document, schema["items"], depth)]
    if "anyOf" in schema and "$ref" in schema["anyOf"][0]:
        return _example(document, schema["anyOf"][0], depth)
    return schema.get("const", _kind(document, schema))
