import json
from typing import Any

import httpx
import pytest

from aind_data_transfer_service import __version__
from aind_data_transfer_service.engine.services.views import get_job
from aind_data_transfer_service.ports.project_names import ProjectNamesUnavailable
from aind_data_transfer_service.server.lookups import Lookups

from .databases import ON_BOTH_DATABASES
from .factories import Jobsite
from .requests import recorded, request, v2_request
from .web_client import WebClient

pytestmark = ON_BOTH_DATABASES

_VALIDATE = "/api/v2/validate_json"
_SUBMIT = "/api/v2/submit_jobs"


def _submit(web: WebClient, body: Any, **headers: str) -> httpx.Response:
    return web.post(_SUBMIT, json=body, headers=headers)


def _sorted(value: Any) -> Any:
    """Sort lists of words: the reference wrote sets in any order."""
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_sorted(item) for item in value]
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    return value


@pytest.mark.parametrize("case", ["ok", "ok_email", "ok_extra_ignored"])
def test_valid_requests_are_answered_as_recorded(web: WebClient, case: str) -> None:
    body, expected = recorded("v2_json", case)

    answer = web.post(_VALIDATE, json=body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["message"] == expected["message"]
    data = answer.json()["data"]
    assert data["version"] == __version__
    assert data["model_json"] == body
    assert _sorted(data["validated_model_json"]) == _sorted(
        expected["data"]["validated_model_json"]
    )


@pytest.mark.parametrize("case", ["err_job_type", "err_duplicate", "err_bucket", "err_empty"])
def test_refusals_are_answered_as_recorded(web: WebClient, case: str) -> None:
    body, expected = recorded("v2_json", case)

    answer = web.post(_VALIDATE, json=body)

    assert answer.status_code == 406
    assert answer.json()["message"] == expected["message"]
    data = answer.json()["data"]
    assert expected["data"].keys() <= data.keys()
    ours, theirs = json.loads(data["errors"]), json.loads(expected["data"]["errors"])
    assert [error["loc"] for error in ours] == [error["loc"] for error in theirs]
    assert data["problems"][0]["message"]


def test_jobs_are_queued(web: WebClient, jobsite: Jobsite) -> None:
    answer = _submit(web, v2_request())

    assert answer.status_code == 200, answer.text
    assert answer.json()["message"] == "Submitted request to airflow"
    (run,) = answer.json()["data"]["responses"]
    assert answer.json()["data"]["errors"] == []
    assert run["dag_id"] == "transform_and_upload_v2"
    assert run["conf"]["s3_prefix"] == "behavior_690165_2024-02-19_11-25-17"
    job = get_job(jobsite.database, run["dag_run_id"])
    assert (job.state, job.job_type) == ("queued", "default")


def test_a_job_under_way_is_refused_as_recorded(web: WebClient) -> None:
    _, expected = recorded("v2_json", "submit_again_while_queued")
    assert _submit(web, v2_request()).status_code == 200

    again = _submit(web, v2_request())
    checked = web.post(_VALIDATE, json=v2_request())

    for answer in (again, checked):
        assert answer.status_code == 406
        assert answer.json()["message"] == expected["message"]
        (error,) = json.loads(answer.json()["data"]["errors"])
        (theirs,) = json.loads(expected["data"]["errors"])
        assert (error["loc"], error["msg"]) == (theirs["loc"], theirs["msg"])
        assert answer.json()["data"]["problems"][0]["code"] == "job_under_way"
    assert again.json()["data"]["responses"] == []


def test_another_job_for_the_same_place_is_in_the_way(web: WebClient) -> None:
    first = _submit(web, v2_request()).json()["data"]["responses"][0]

    answer = _submit(web, v2_request(project_name="Another"))

    assert answer.status_code == 409
    (problem,) = answer.json()["data"]["problems"]
    assert problem["code"] == "asset_busy"
    assert problem["details"]["job_url"] == first["job_url"]


@pytest.mark.parametrize("path", [_VALIDATE, _SUBMIT])
@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'"\\ud800"', b"\xff", b"[" * 100_000])
def test_what_is_not_json(web: WebClient, path: str, body: bytes) -> None:
    answer = web.post(path, content=body)

    assert answer.status_code == 400
    assert answer.json()["data"]["problems"][0]["code"] == "not_json"


@pytest.mark.parametrize("path", [_VALIDATE, _SUBMIT])
@pytest.mark.parametrize(
    "body",
    [
        [],
        3,
        {},
        {"upload_jobs": None},
        {"upload_jobs": [None]},
        {"upload_jobs": [{"tasks": []}]},
        v2_request(subject_id="../x"),
        v2_request(subject_id="a\0b"),
        v2_request(tasks={"modality_transformation_settings": {"behavior": {"image": "evil"}}}),
        v2_request(tasks=3),
    ],
)
def test_hostile_requests_are_refused_with_the_field_named(
    web: WebClient, path: str, body: Any
) -> None:
    answer = web.post(path, json=body)

    assert answer.status_code == 406
    assert json.loads(answer.json()["data"]["errors"])
    assert all(problem["code"] for problem in answer.json()["data"]["problems"])


class TestIdempotencyKey:
    @pytest.mark.parametrize("path", ["/api/v1/submit_jobs", _SUBMIT])
    def test_the_same_request_gets_the_same_answer(self, web: WebClient, path: str) -> None:
        body = request() if "v1" in path else v2_request()
        key = {"Idempotency-Key": "k-1"}
        first = web.post(path, json=body, headers=key)
        job_id = first.json()["data"]["responses"][0]["job_id"]
        web.post(f"/api/v2/jobs/{job_id}/cancel")

        again = web.post(path, json=body, headers=key)

        assert first.status_code == again.status_code == 200
        assert again.content == first.content
        assert "Idempotency-Replayed" not in first.headers
        assert again.headers["Idempotency-Replayed"] == "true"
        assert web.get("/api/v2/jobs").json()["total"] == 1

    def test_another_request_with_the_key_is_refused(self, web: WebClient) -> None:
        key = {"Idempotency-Key": "k"}
        assert _submit(web, v2_request(), **key).status_code == 200

        other = _submit(web, v2_request(subject_id="1"), **key)
        elsewhere = web.post("/api/v1/submit_jobs", json=request(subject_id="2"), headers=key)

        for answer in (other, elsewhere):
            assert answer.status_code == 422
            assert answer.json()["data"]["problems"][0]["code"] == "idempotency_key_reused"
        assert web.get("/api/v2/jobs").json()["total"] == 1

    def test_a_refused_request_does_not_use_up_its_key(self, web: WebClient) -> None:
        key = {"Idempotency-Key": "k"}
        assert _submit(web, {}, **key).status_code == 406

        assert _submit(web, v2_request(), **key).status_code == 200

    @pytest.mark.parametrize("key", ["", "a b", "x" * 256, "\x7f"])
    def test_odd_keys_are_refused(self, web: WebClient, key: str) -> None:
        answer = _submit(web, v2_request(), **{"Idempotency-Key": key})

        assert answer.status_code == 406
        assert answer.json()["data"]["problems"][0]["code"] == "parameters_invalid"
        assert web.get("/api/v2/jobs").json()["total"] == 0


@pytest.mark.parametrize("path", ["/api/v1/validate_json", "/api/v1/submit_jobs", _VALIDATE])
def test_project_names_that_are_not_known_are_said_to_be(
    web: WebClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def fail(_: Lookups) -> None:
        raise ProjectNamesUnavailable("http://names does not answer: it is down.")

    monkeypatch.setattr(Lookups, "project_names", fail)

    answer = web.post(path, json=request())

    assert answer.status_code == 503
    assert answer.json()["message"] == "There was an internal server error"
    assert "http://names does not answer" in answer.json()["data"]["errors"]
    assert answer.json()["data"]["problems"][0]["code"] == "project_names_unavailable"
    assert web.get("/api/v2/project_names").json()["code"] == "project_names_unavailable"


class TestPlan:
    def test_a_request_of_either_api_is_planned(self, web: WebClient) -> None:
        for body, api in ((request(), "v1"), (v2_request(), "v2")):
            answer = web.post("/api/v2/plan", json=body)

            assert answer.status_code == 200, answer.text
            assert answer.json()["api"] == api
            (job,) = answer.json()["jobs"]
            assert job["asset_name"] == "behavior_690165_2024-02-19_11-25-17"
            assert job["tasks"][0]["task_id"] == "send_job_start_email"
        assert web.get("/api/v2/jobs").json()["total"] == 0

    @pytest.mark.parametrize(
        "body",
        [[], {"upload_jobs": 3}, {"upload_jobs": [{"modalities": [{"source": 1}]}]}, {"a": 1}],
    )
    def test_problems_are_listed(self, web: WebClient, body: Any) -> None:
        answer = web.post("/api/v2/plan", json=body)

        assert (answer.status_code, answer.json()["code"]) == (406, "request_invalid")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["details"]["problems"]

    def test_what_is_not_json(self, web: WebClient) -> None:
        answer = web.post("/api/v2/plan", content=b"{")

        assert (answer.status_code, answer.json()["code"]) == (400, "not_json")


class TestCancel:
    def _cancel(self, web: WebClient, body: Any) -> httpx.Response:
        return web.post("/api/v2/cancel_job", json=body)

    def test_a_job_is_cancelled_as_often_as_one_likes(
        self, web: WebClient, jobsite: Jobsite
    ) -> None:
        job_id = jobsite.queued(asset_name="a")
        body = {"dag_run_id": job_id, "dag_id": "transform_and_upload_v2", "s3_prefix": "a"}

        for _ in range(2):
            answer = self._cancel(web, body)
            assert answer.status_code == 200
            assert answer.json() == {"message": "Success", "data": {}}
        assert get_job(jobsite.database, job_id).state == "cancelled"

    def test_the_asset_has_to_be_the_jobs(self, web: WebClient, jobsite: Jobsite) -> None:
        job_id = jobsite.queued(asset_name="a")

        answer = self._cancel(web, {"dag_run_id": job_id, "dag_id": "d", "s3_prefix": "b"})

        assert answer.status_code == 409
        assert answer.json()["data"]["problems"][0]["code"] == "prefix_differs"
        assert get_job(jobsite.database, job_id).state == "queued"

    def test_an_unknown_job(self, web: WebClient) -> None:
        answer = self._cancel(web, {"dag_run_id": "nope", "dag_id": "d", "s3_prefix": "p"})

        assert answer.status_code == 404
        assert answer.json()["data"]["problems"][0]["code"] == "job_unknown"

    @pytest.mark.parametrize("body", [[], {}, {"dag_run_id": 1, "dag_id": "", "s3_prefix": ""}])
    def test_a_request_without_what_it_needs(self, web: WebClient, body: Any) -> None:
        answer = self._cancel(web, body)

        assert answer.status_code == 406
        assert answer.json()["data"]["problems"][0]["code"]
