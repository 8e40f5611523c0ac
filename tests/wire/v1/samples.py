"""Requests that were posted to the reference service, with its answers, and small ones of ours."""

import json
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).parents[2] / "data"

# The list the reference had when its answers were recorded.
PROJECTS = (
    "Ephys Platform",
    "Behavior Platform",
    "Ophys Platform - SLAP2",
    "Brain Computer Interface",
    "MSMA Platform",
    "Test",
)

# Accepted by the reference, refused here on purpose: see test_differences.py.
REFUSED_ON_PURPOSE = {"same_modality_twice", "relative_source", "subject_with_slash"}
# Answers that say nothing about the request.
_NOT_ABOUT_THE_REQUEST = {"wrong_method", "project_names_down", "airflow_409"}


class Recorded(NamedTuple):
    """A request to the reference and its answer; ``content`` is the JSON, or text that is none."""

    name: str
    content: Any
    status: int
    data: Any

    def errors(self) -> list[dict[str, Any]]:
        """Return the answer's list of errors."""
        found: list[dict[str, Any]] = json.loads(self.data["errors"])
        return found


def recorded() -> list[Recorded]:
    """Return all recorded V1 cases that say something about the request."""
    cases = []
    for route in ("validate_json", "submit_jobs"):
        for case in json.loads((DATA / "recorded" / f"v1_{route}.json").read_text()):
            if case["name"] in _NOT_ABOUT_THE_REQUEST:
                continue
            body = case["response"]["body"]
            data = body["data"] if isinstance(body, dict) else None
            if case.get("airflow_received"):
                data = {"validated_model_json": case["airflow_received"]["body"]["conf"]}
            cases.append(
                Recorded(
                    f"{route}-{case['name']}",
                    case["request"]["body"],
                    case["response"]["status"],
                    data,
                )
            )
    return cases


def payloads() -> dict[str, Any]:
    """Return what the published client packages post, by file name."""
    return {
        path.name.removesuffix(".submit_jobs.json"): json.loads(path.read_text())
        for path in sorted((DATA / "payloads").glob("*.submit_jobs.json"))
    }


def expected(name: str) -> Any:
    """Return the expected normal form of a payload."""
    return json.loads((DATA / "payloads" / f"{name}.expected_normalised.json").read_text())


def job(**members: Any) -> dict[str, Any]:
    """Return a small job, with these members added or replaced."""
    return {
        "project_name": "Ephys Platform",
        "platform": "ecephys",
        "modalities": [{"modality": "ecephys", "source": "/data/ecephys"}],
        "subject_id": "655019",
        "acq_datetime": "2022-05-10T16:05:06",
        **members,
    }


def request(**members: Any) -> dict[str, Any]:
    """Return a request for one small job, with these members in the job."""
    return {"upload_jobs": [job(**members)]}


def modality(**members: Any) -> dict[str, Any]:
    """Return a request for one job whose only modality has these members."""
    return request(modalities=[{"modality": "ecephys", "source": "/data/ecephys", **members}])


def without_nulls(value: Any) -> Any:
    """Return it without members that are null."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def in_one_order(normalised: dict[str, Any]) -> dict[str, Any]:
    """Sort the e-mail notification types: the reference's order is that of its hash seed."""
    for holder in (normalised, *normalised["upload_jobs"]):
        holder["email_notification_types"] = sorted(holder["email_notification_types"])
    return normalised
