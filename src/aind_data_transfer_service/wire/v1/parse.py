"""Read a V1 request, and write it as the reference does."""

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from ...errors import InvalidInput
from ..problems import Problem, problems_of, reference_errors
from .request import SubmitJobRequest


class NotJson(InvalidInput):
    """The body is not a JSON text."""

    code = "not_json"
    what_to_do_default = "Send a JSON object; NaN and Infinity are not JSON."


class InvalidRequest(InvalidInput):
    """The request breaks the rules of the V1 API.

    ``problems`` says where and how; ``validation_error`` is pydantic's own.
    """

    code = "invalid_request"

    def __init__(self, error: ValidationError) -> None:
        self.validation_error = error
        self.problems: tuple[Problem, ...] = problems_of(error)
        first = self.problems[0].message
        more = len(self.problems) - 1
        super().__init__(
            f"{first} (and {more} more)" if more else first,
            problems=[problem.as_dict() for problem in self.problems],
        )

    def reference_errors(self) -> str:
        """Return the ``errors`` member of a V1 answer, a JSON string."""
        return reference_errors(self.validation_error)


def parse_json(body: bytes | str) -> Any:
    """Read a JSON text; raises `NotJson`."""
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise NotJson(f"The request is not valid JSON: {error}.") from error


def parse_request(
    body: object, *, project_names: Collection[str] | None = None
) -> SubmitJobRequest:
    """Validate a V1 request and fill in all that follows from it.

    Parameters
    ----------
    body
        A JSON text as bytes, or what `parse_json` returned.
    project_names
        The projects there are; None if the list is not to be checked.

    Raises
    ------
    NotJson
        If bytes are not JSON.
    InvalidRequest
        If a value is missing or not allowed.
    """
    content = parse_json(body) if isinstance(body, bytes) else body
    context = None if project_names is None else {"project_names": dict.fromkeys(project_names)}
    try:
        return SubmitJobRequest.model_validate(content, context=context, from_attributes=False)
    except ValidationError as error:
        raise InvalidRequest(error) from error


def normalise(request: SubmitJobRequest) -> dict[str, Any]:
    """Return the ``validated_model_json`` of the V1 API: all that was given or derived, no nulls.

    Validating it gives an equal request.
    """
    dump = request.model_dump(mode="json", exclude_none=True, exclude={"upload_jobs": {"__all__"}})
    # One by one, so that other threads have their turn in between.
    dump["upload_jobs"] = [
        job.model_dump(mode="json", exclude_none=True) for job in request.upload_jobs
    ]
    return dump
