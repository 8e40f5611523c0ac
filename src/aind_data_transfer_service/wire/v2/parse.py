"""Read a V2 request, and write it as the V2 API does."""

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from ..v1.parse import InvalidRequest, parse_json
from .request import SubmitJobRequestV2


def parse_request(
    body: object,
    *,
    project_names: Collection[str] | None = None,
    job_types: Collection[str] | None = None,
) -> SubmitJobRequestV2:
    """Validate a V2 request.

    Parameters
    ----------
    body
        A JSON text as bytes, or what `parse_json` returned.
    project_names, job_types
        Those there are; None if the list is not to be checked.

    Raises
    ------
    NotJson
        If bytes are not JSON.
    InvalidRequest
        If a value is missing or not allowed.
    """
    content = parse_json(body) if isinstance(body, bytes) else body
    lists = {"project_names": project_names, "job_types": job_types}
    context = {key: dict.fromkeys(names) for key, names in lists.items() if names is not None}
    try:
        return SubmitJobRequestV2.model_validate(content, context=context, from_attributes=False)
    except ValidationError as error:
        raise InvalidRequest(error) from error


def normalise(request: SubmitJobRequestV2) -> dict[str, Any]:
    """Return the ``validated_model_json`` of the V2 API: all that was given or derived, no nulls.

    Validating it gives an equal request.
    """
    return request.model_dump(mode="json", exclude_none=True)
