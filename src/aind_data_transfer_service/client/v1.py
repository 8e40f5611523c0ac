"""The answers of the V1 routes, in terms of the client's models."""

from typing import Any

import httpx

from .answers import as_object
from .errors import RequestRefused
from .models import Problem, Submission, SubmittedJob, Validation

_OK, _NOT_ACCEPTABLE = 200, 406


def validation(answer: httpx.Response) -> Validation:
    """Read the answer to a validation; raises `RequestRefused` if it is neither yes nor no."""
    data = _data(answer)
    if answer.status_code == _OK:
        return Validation(
            valid=True, warnings=_problems(data, "warnings"), validated=data["validated_model_json"]
        )
    problems = _problems(data, "problems")
    if answer.status_code == _NOT_ACCEPTABLE and problems:
        return Validation(valid=False, problems=problems)
    raise refusal(answer)


def submission(answer: httpx.Response) -> Submission:
    """Read the answer to a submission; raises `RequestRefused` if it was not accepted."""
    if answer.status_code != _OK:
        raise refusal(answer)
    data = _data(answer)
    jobs = tuple(SubmittedJob.model_validate(item) for item in data["responses"])
    return Submission(jobs=jobs, warnings=_problems(data, "warnings"))


def refusal(answer: httpx.Response) -> RequestRefused:
    """Return the error that an answer of this shape tells."""
    problems = _data(answer).get("problems") or [{}]
    first = problems[0]
    default = f"The service answered {answer.status_code} {answer.reason_phrase}."
    return RequestRefused(
        first.get("message") or as_object(answer).get("message") or default,
        status=answer.status_code,
        service_code=first.get("code"),
        what_to_do=first.get("what_to_do"),
        problems=problems,
    )


def _data(answer: httpx.Response) -> dict[str, Any]:
    data = as_object(answer).get("data")
    return data if isinstance(data, dict) else {}


def _problems(data: dict[str, Any], name: str) -> tuple[Problem, ...]:
    return tuple(Problem.model_validate(item) for item in data.get(name, ()))
