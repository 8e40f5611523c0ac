import json

import pytest

from aind_data_transfer_service import __version__
from aind_data_transfer_service.engine.services.views import get_job

from .databases import ON_BOTH_DATABASES
from .factories import Jobsite
from .requests import recorded, request
from .web_client import WebClient

pytestmark = ON_BOTH_DATABASES


@pytest.mark.parametrize("case", ["ok_minimal", "ok_guide_basic_with_email", "ok_us_datetime"])
def test_validate_answers_as_recorded(web: WebClient, case: str) -> None:
    asked, expected = recorded("v1_validate_json", case)

    answer = web.post("/api/v1/validate_json", json=asked)

    assert answer.status_code == 200
    body = answer.json()
    assert body["message"] == expected["message"]
    assert body["data"].keys() == expected["data"].keys() | {"warnings"}
    assert body["data"]["version"] == __version__
    assert body["data"]["model_json"] == asked
    assert body["data"]["validated_model_json"] == expected["data"]["validated_model_json"]


@pytest.mark.parametrize(
    "case", ["err_empty_jobs", "json_null", "top_level_list", "err_email_type"]
)
def test_validate_refuses_as_recorded(web: WebClient, case: str) -> None:
    asked, expected = recorded("v1_validate_json", case)

    answer = web.post("/api/v1/validate_json", content=json.dumps(asked))

    assert answer.status_code == 406
    body = answer.json()
    assert body["message"] == expected["message"]
    assert body["data"].keys() == expected["data"].keys() | {"problems"}
    assert body["data"]["model_json"] == asked
    places = [error["loc"] for error in json.loads(body["data"]["errors"])]
    assert places == [error["loc"] for error in json.loads(expected["data"]["errors"])]
    assert len(body["data"]["problems"]) == len(places)


@pytest.mark.parametrize("route", ["validate_json", "submit_jobs"])
@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'{"upload_jobs": NaN}'])
def test_what_is_not_json_is_told_so(web: WebClient, route: str, text: bytes) -> None:
    answer = web.post(f"/api/v1/{route}", content=text)

    assert answer.status_code == 400
    data = answer.json()["data"]
    assert data["problems"][0]["code"] == "not_json"
    assert json.loads(data["errors"]) == [data["problems"][0]["message"]]


def test_submit_queues_a_job_and_answers_as_airflow_did(web: WebClient, jobsite: Jobsite) -> None:
    asked, expected = recorded("v1_submit_jobs", "ok_guide_basic_with_email")

    answer = web.post("/api/v1/submit_jobs", json=asked)

    assert answer.status_code == 200
    body = answer.json()
    assert body["message"] == expected["message"]
    assert body["data"]["errors"] == expected["data"]["errors"] == []
    (run,) = body["data"]["responses"]
    assert run.keys() >= expected["data"]["responses"][0].keys()
    assert run["dag_run_id"] == run["job_id"]
    assert run["state"] == "queued"
    assert run["new"] is True
    assert run["job_url"] == f"http://portal/jobs/{run['job_id']}"
    job = get_job(jobsite.database, run["dag_run_id"])
    assert job.asset_name == "behavior_690165_2024-02-19_11-25-17"
    assert job.user_email == "my.name@alleninstitute.org"


def test_each_job_of_a_request_has_an_answer(web: WebClient) -> None:
    both = request()["upload_jobs"] + request(subject_id="690166")["upload_jobs"]

    answer = web.post("/api/v1/submit_jobs", json={"upload_jobs": both})

    names = [run["asset_name"] for run in answer.json()["data"]["responses"]]
    assert names == [f"behavior_{n}_2024-02-19_11-25-17" for n in (690165, 690166)]


def test_the_same_request_again_is_the_same_job(web: WebClient) -> None:
    first, second = (
        web.post("/api/v1/submit_jobs", json=request()).json()["data"]["responses"][0]
        for _ in range(2)
    )

    assert second["job_id"] == first["job_id"]
    assert second["new"] is False


def test_another_job_for_the_same_place_is_a_conflict(web: WebClient) -> None:
    first = web.post("/api/v1/submit_jobs", json=request()).json()["data"]["responses"][0]

    answer = web.post("/api/v1/submit_jobs", json=request(metadata_dir="/share/690165/Config"))

    assert answer.status_code == 409
    data = answer.json()["data"]
    assert data["responses"] == []
    assert json.loads(data["errors"]) == [data["problems"][0]["message"]]
    assert data["problems"][0]["code"] == "asset_busy"
    assert data["problems"][0]["details"]["job_url"] == first["job_url"]


def test_an_invalid_request_queues_nothing(web: WebClient) -> None:
    asked, expected = recorded("v1_submit_jobs", "err_empty_object")

    answer = web.post("/api/v1/submit_jobs", json=asked)

    assert answer.status_code == 406
    body = answer.json()
    assert body["message"] == expected["message"]
    assert body["data"]["responses"] == []
    assert json.loads(body["data"]["errors"])[0]["loc"] == ["upload_jobs"]
    assert body["data"]["problems"][0]["field"] == "upload_jobs"
    assert web.get("/api/v2/jobs").json()["total"] == 0


def test_wrong_method_names_the_right_one(web: WebClient) -> None:
    answer = web.get("/api/v1/submit_jobs")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "it takes POST" in answer.json()["message"]
