"""The description of the API, completed with what all routes have in common."""

from typing import Any

from .api_v1.answers import has_this_shape

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_REFUSAL = {"$ref": "#/components/schemas/Refusal"}
_REFUSAL_SCHEMA = {
    "title": "Refusal",
    "description": "What went wrong, in the first service's shape.",
    "type": "object",
    "required": ["message", "data"],
    "examples": [
        {
            "message": "The database does not answer: it is locked.",
            "data": {
                "errors": ["The database does not answer: it is locked."],
                "problems": [
                    {
                        "code": "database_unavailable",
                        "message": "The database does not answer: it is locked.",
                        "what_to_do": "Try again in a moment.",
                        "retryable": True,
                        "details": {},
                    }
                ],
            },
        }
    ],
    "properties": {
        "message": {"type": "string", "title": "Message"},
        "data": {
            "type": "object",
            "title": "Data",
            "description": "`errors` as the first service wrote them; `problems` with stable codes"
            " and what to do.",
        },
    },
}
_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")
_COMMON = {
    "503": "Something that the service depends on does not answer; trying again may help",
}
_WRITING = {
    "401": "It needs a token, or the one sent is not valid",
    "403": "The token or address may not do this, or another site's page sent it",
    "413": "The body is larger than 20 MB",
}
_FRAMEWORK_REFUSAL = "Validation Error"
_WITH_PARAMETERS = {"406": "A parameter or the body is missing or not allowed"}


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Put in the refusals that every route may answer with, in the shape it has."""
    schemas = document["components"]["schemas"]
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    schemas["Refusal"] = _REFUSAL_SCHEMA
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/api/"):
                _complete(path, method, operation)
    return document


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    answers: dict[str, Any] = operation["responses"]
    if answers.get("422", {}).get("description") == _FRAMEWORK_REFUSAL:
        del answers["422"]  # which is answered with 406
    common = dict(_COMMON)
    if method != "get":
        common |= _WRITING
    if operation.get("parameters") or "requestBody" in operation:
        common |= _WITH_PARAMETERS
    if "requestBody" in operation:
        common["400"] = "The body is not what its kind says"
    for status, description in common.items():
        answers.setdefault(status, {"description": description})
    shaped = has_this_shape(path)
    for status, answer in answers.items():
        if int(status) >= 400:  # noqa: PLR2004 - HTTP's refusals
            _shape(answer, shaped=shaped)
    operation["responses"] = dict(sorted(answers.items()))


def _shape(answer: dict[str, Any], *, shaped: bool) -> None:
    """Give a refusal the schema its route's refusals have, and keep its example."""
    content = answer.get("content", {}).get("application/json", {})
    kept = {"example": content["example"]} if "example" in content else {}
    kind, schema = (
        ("application/json", _REFUSAL) if shaped else ("application/problem+json", _PROBLEM)
    )
    answer["content"] = {kind: {"schema": schema, **kept}}
