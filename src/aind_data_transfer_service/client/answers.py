"""Reading answers, and what they say is wrong."""

from typing import Any

import httpx

from .errors import RequestRefused


def refusal(answer: httpx.Response) -> RequestRefused:
    """Return the error that an answer tells, in the form of RFC 9457 or in any other."""
    content = as_object(answer)
    message = content.get("detail") or content.get("title") or content.get("message")
    if not isinstance(message, str):
        message = f"The service answered {answer.status_code} {answer.reason_phrase}."
    details = content.get("details")
    problems = details.get("problems") if isinstance(details, dict) else None
    return RequestRefused(
        message,
        status=answer.status_code,
        service_code=content.get("code"),
        what_to_do=content.get("what_to_do"),
        **({"problems": problems} if problems else {}),
    )


def as_object(answer: httpx.Response) -> dict[str, Any]:
    """Return the answer's JSON object; an empty one if it is something else."""
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
