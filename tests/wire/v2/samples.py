"""Requests that were posted to the reference service, with its answers, and small ones of ours."""

import json
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).parents[2] / "data"

# The lists the reference had when its answers were recorded.
PROJECTS = (
    "Ephys Platform",
    "Behavior Platform",
    "Ophys Platform - SLAP2",
    "Brain Computer Interface",
    "MSMA Platform",
    "Test",
)
JOB_TYPES = ("default", "custom", "ecephys", "j", "smartspim")

# Answers that say nothing about the request alone.
_NOT_ABOUT_THE_REQUEST = {
    "submit_airflow_409",
    "airflow_list_down",
    "submit_again_while_queued",
    # It is not recorded whole.
    "err_51",
}


class Recorded(NamedTuple):
    """A request to the reference (release 1.17.2) and its answer."""

    name: str
    content: Any
    status: int
    data: Any

    def errors(self) -> list[dict[str, Any]]:
        """Return the answer's list of errors."""
        found: list[dict[str, Any]] = json.loads(self.data["errors"])
        return found

    def normalised(self) -> Any:
        """Return the request as the reference wrote it."""
        if "validated_model_json" in self.data:
            return self.data["validated_model_json"]
        return self.data["responses"][0]["conf"]


def recorded() -> list[Recorded]:
    """Return all recorded cases that say something about the request."""
    cases = json.loads((DATA / "recorded" / "v2_json.json").read_text())
    return [
        Recorded(
            case["name"],
            case["request"]["body"],
            case["response"]["status"],
            case["response"]["body"]["data"],
        )
        for case in cases
        if case["name"] not in _NOT_ABOUT_THE_REQUEST
    ]


def job(**members: Any) -> dict[str, Any]:
    """Return a small job, with these members added or replaced."""
    return {
        "job_type": "default",
        "project_name": "Ephys Platform",
        "modalities": [{"abbreviation": "ecephys"}],
        "subject_id": "655019",
        "acq_datetime": "2022-05-10T16:05:06",
        "tasks": {
            "modality_transformation_settings": {
                "ecephys": {"job_settings": {"input_source": "/data/ecephys"}}
            }
        },
        **members,
    }


def request(**members: Any) -> dict[str, Any]:
    """Return a request for one small job, with these members in the job."""
    return {"upload_jobs": [job(**members)]}
