"""Logs: whole, in part, or live."""

import re
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from ...domain.plan import UNMAPPED
from ...engine.services.logs import AttemptLog, find_log, not_written
from ..api_v1.address import JobId, MapIndex, TaskName, TryNumber, without_nul
from ..service import ServiceDep
from .answers import UNKNOWN, Answers, refused
from .byte_ranges import file_answer
from .follow import Seats, follow

router = APIRouter(prefix="/api/v2", tags=["V2"], dependencies=[Depends(without_nul)])

_EVENTS = "text/event-stream"
_PLACE = re.compile(r"[0-9]{1,18}")
_SEATS = Seats(200)
_TEXT = {"schema": {"type": "string"}}
_EXAMPLE = (
    "id: 58\\ndata: 2026-11-23T08:06:28Z upload_data_to_s3 begins\\n\\n"
    'event: end\\ndata: {"state": "success", "try_number": 1}\\n\\n'
)
_ANSWERS: Answers = {
    200: {
        "description": "The log, or with `Accept: text/event-stream` its lines as they come: each"
        " an event with the line as its data and the place behind it as its id; at last an event"
        " `end`.",
        "content": {"text/plain": _TEXT, _EVENTS: {**_TEXT, "example": _EXAMPLE}},
    },
    206: {
        "description": "The part that was asked for by `Range: bytes=…`",
        "content": {"text/plain": _TEXT},
    },
    **refused(416, "There are no such bytes"),
}


@router.get(
    "/jobs/{job_id}/tasks/{task_id}/logs",
    summary="Return or follow a log",
    response_class=Response,
    responses=UNKNOWN | _ANSWERS | refused(503, "Too many logs are followed at once"),
)
async def read_task_log(
    *,
    service: ServiceDep,
    job_id: JobId,
    task_id: TaskName,
    map_index: MapIndex = UNMAPPED,
    try_number: TryNumber = None,
    accept: Annotated[str, Header(description=f"`{_EVENTS}` to follow the log.")] = "",
    byte_range: Annotated[
        str | None, Header(alias="Range", description="Such as `bytes=0-999` or `bytes=-1000`.")
    ] = None,
    last_event_id: Annotated[
        str | None, Header(description="Follow from behind this event on; browsers send it.")
    ] = None,
) -> Response:
    """Return the log of one attempt as text, or follow it while it is written."""
    find = partial(
        find_log, service.database, job_id, task_id, map_index=map_index, try_number=try_number
    )
    log = await run_in_threadpool(find)
    if _EVENTS not in accept:
        return await run_in_threadpool(_as_text, log, byte_range)
    _SEATS.require()
    events = follow(partial(find, try_number=log.number), begin=_place(last_event_id))
    # Proxies that gather an answer before they pass it on would hold the lines back.
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_SEATS.hold(events), media_type=_EVENTS, headers=headers)


def _as_text(log: AttemptLog, byte_range: str | None) -> Response:
    try:
        return file_answer(log.path, byte_range, "text/plain")
    except FileNotFoundError as problem:
        raise not_written(log) from problem


def _place(last_event_id: str | None) -> int:
    text = last_event_id or ""
    return int(text) if _PLACE.fullmatch(text) else 0
