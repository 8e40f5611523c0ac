"""Refusals of API V2: problem details (RFC 9457) with a stable code and what to do."""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from ...errors import TransferError


class Problem(BaseModel):
    """What went wrong."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no job '20240219-193312-k4ndw8zx'."])
    instance: str = Field(examples=["/api/v2/jobs/20240219-193312-k4ndw8zx"])
    code: str = Field(examples=["job_unknown"])
    what_to_do: str = Field(examples=["Look it up on the jobs page."])
    details: dict[str, Any] = Field(examples=[{"job_id": "20240219-193312-k4ndw8zx"}])


def problem(path: str, status: int, error: TransferError) -> JSONResponse:
    """Return the answer to a request that failed."""
    content = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=error.message,
        instance=path,
        code=error.code,
        what_to_do=error.what_to_do,
        details=error.details,
    )
    return JSONResponse(
        content.model_dump(mode="json"),
        status_code=status,
        media_type="application/problem+json",
    )
