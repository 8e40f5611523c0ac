"""Which API a request is for."""

import json
from collections.abc import Mapping
from typing import Literal

Api = Literal["v1", "v2"]

_DAG_ID_V2 = "transform_and_upload_v2"


def api_of(request: object) -> Api:
    """Return the API that a request, as an object or as JSON text (bytes), is for.

    A V2 request has the ``dag_id`` of V2, or a job with ``tasks``; all else is left to V1, which
    tells what is wrong with it.
    """
    content = _read(request) if isinstance(request, bytes) else request
    if not isinstance(content, Mapping):
        return "v1"
    jobs = content.get("upload_jobs")
    has_tasks = isinstance(jobs, list | tuple) and any(
        isinstance(job, Mapping) and "tasks" in job for job in jobs
    )
    return "v2" if has_tasks or content.get("dag_id") == _DAG_ID_V2 else "v1"


def _read(text: bytes) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
