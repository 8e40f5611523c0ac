"""Requests of both APIs, and what the reference service answered to them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

_RECORDED = Path(__file__).parents[1] / "data" / "recorded"


@cache
def _recordings(name: str) -> dict[str, dict[str, Any]]:
    return {case["name"]: case for case in json.loads((_RECORDED / f"{name}.json").read_text())}


def recorded(file: str, case: str) -> tuple[Any, dict[str, Any]]:
    """Return the body of a recorded request and the body of its answer."""
    found = _recordings(file)[case]
    return found["request"]["body"], found["response"]["body"]


def request(**changes: Any) -> dict[str, Any]:
    """Return a request with one job."""
    job = {
        "project_name": "Ephys Platform",
        "platform": "behavior",
        "subject_id": "690165",
        "acq_datetime": "2024-02-19T11:25:17",
        "modalities": [{"modality": "behavior", "source": "/share/690165/Behavior"}],
        "s3_bucket": "private",
    }
    return {"upload_jobs": [job | changes]}


def v2_request(**changes: Any) -> dict[str, Any]:
    """Return a V2 request with one job."""
    job = {
        "job_type": "default",
        "project_name": "Ephys Platform",
        "platform": {"name": "Behavior platform", "abbreviation": "behavior"},
        "subject_id": "690165",
        "acq_datetime": "2024-02-19T11:25:17",
        "s3_bucket": "private",
        "modalities": [{"name": "Behavior", "abbreviation": "behavior"}],
        "tasks": {
            "modality_transformation_settings": {
                "behavior": {"job_settings": {"input_source": "/share/690165/Behavior"}}
            }
        },
    }
    return {"upload_jobs": [job | changes]}
