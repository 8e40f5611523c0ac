"""Kinds of refusals, for the API's reference."""

from typing import Any

from .problems import Problem

Answers = dict[int | str, dict[str, Any]]


def refused(status: int, description: str) -> Answers:
    """Return problem details with one status."""
    return {status: {"model": Problem, "description": description}}


REFUSED = refused(406, "A parameter is not allowed")
UNKNOWN = REFUSED | refused(404, "There is no such job, task or file")
CONFLICT = refused(409, "The job's state does not allow it")
DENIED = refused(401, "It needs a token, or the one sent is not valid") | refused(
    403, "The token, or the address, may not do this"
)
