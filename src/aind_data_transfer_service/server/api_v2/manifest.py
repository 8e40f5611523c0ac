"""The manifest of an asset."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.responses import Response, StreamingResponse

from ...engine.services.manifest import find_manifest
from ..api_v1.address import JobId, without_nul
from ..service import ServiceDep
from .answers import UNKNOWN, Answers, refused
from .byte_ranges import file_answer

router = APIRouter(prefix="/api/v2", tags=["V2"], dependencies=[Depends(without_nul)])

_TEXT = {"schema": {"type": "string"}}
_LINE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  behavior/data.csv\n"
_ANSWERS: Answers = {
    200: {
        "description": "The manifest as `sha256sum --check` reads it",
        "content": {"text/plain": {**_TEXT, "example": _LINE}},
    },
    206: {
        "description": "The part that was asked for by `Range: bytes=…`",
        "content": {"text/plain": _TEXT},
    },
}


@router.get(
    "/jobs/{job_id}/manifest",
    summary="Return the manifest of the asset",
    response_class=Response,
    responses=_ANSWERS | UNKNOWN | refused(416, "There are no such bytes"),
)
def read_manifest(
    service: ServiceDep,
    job_id: JobId,
    byte_range: Annotated[
        str | None, Header(alias="Range", description="Such as `bytes=0-999`.")
    ] = None,
) -> Response:
    """Return the SHA-256 of every file of an uploaded asset."""
    found = find_manifest(service.database, service.settings, job_id)
    if isinstance(found, Path):
        return file_answer(found, byte_range, "text/plain")
    return StreamingResponse(_begun(found), media_type="text/plain")


def _begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Read the first part at once: what goes wrong there is still answered as a refusal."""
    return chain([next(parts, b"")], parts)
