from typing import Any

import httpx
import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.server.api_v1 import job_list

from .databases import ON_BOTH_DATABASES
from .factories import DISK_FULL, Jobsite
from .requests import v2_request
from .web_client import WebClient

pytestmark = ON_BOTH_DATABASES

# As the reference service answered, with values left out.
_JOB_FIELDS = [
    "dag_id",
    "end_time",
    "job_id",
    "job_state",
    "name",
    "job_type",
    "comment",
    "start_time",
    "submit_time",
]
_TASK_FIELDS = [
    "dag_id",
    "job_id",
    "task_id",
    "try_number",
    "task_state",
    "priority_weight",
    "map_index",
    "submit_time",
    "start_time",
    "end_time",
    "duration",
    "comment",
]
_MISSING = [
    {
        "type": "missing",
        "loc": [name],
        "msg": "Field required",
        "input": {},
    }
    for name in ("dag_id", "dag_run_id", "task_id", "try_number", "map_index")
]


def _jobs(web: WebClient, **params: Any) -> httpx.Response:
    return web.get("/api/v1/get_job_status_list", params=params)


def _names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [job["name"] for job in answer.json()["data"]["job_status_list"]]


def test_job_list_has_the_recorded_shape(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.failed()

    body = _jobs(web).json()

    assert body["message"] == "Retrieved job status list from airflow"
    assert body["data"]["total_entries"] == 1
    assert body["data"]["params"]["order_by"] == "-execution_date"
    (job,) = body["data"]["job_status_list"]
    assert list(job) == _JOB_FIELDS
    assert job["dag_id"] == "transform_and_upload"
    assert job["job_id"] == job_id
    assert job["job_state"] == "failed"
    assert job["comment"] == DISK_FULL["message"]
    assert job["submit_time"].endswith("Z")


def test_all_jobs_are_listed_newest_first(
    web: WebClient, jobsite: Jobsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_list, "_AT_ONCE", 2)
    for number in range(5):
        jobsite.queued(asset_name=f"a{number}")

    assert _names(_jobs(web)) == ["a4", "a3", "a2", "a1", "a0"]
    assert _names(_jobs(web, order_by="execution_date")) == ["a0", "a1", "a2", "a3", "a4"]
    assert _names(_jobs(web, page_limit=3, page_offset=1)) == ["a3", "a2", "a1"]
    assert _jobs(web, page_limit=1).json()["data"]["total_entries"] == 5
    assert _names(_jobs(web, page_offset=9)) == []


def test_a_list_sent_in_parts_is_what_its_model_writes_at_once(
    web: WebClient, jobsite: Jobsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        jobsite.queued(asset_name=f"a{number}")
    jobsite.failed(asset_name="bad")
    at_once = _jobs(web, execution_date_gte="2020-01-01").content

    monkeypatch.setattr(job_list, "_AT_ONCE", 2)
    in_parts = _jobs(web, execution_date_gte="2020-01-01").content

    assert in_parts == at_once
    assert job_list.JobListAnswer.model_validate_json(at_once).model_dump_json().encode() == at_once


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("['failed']", ["bad"]),
        ('["failed"]', ["bad"]),
        ("failed", ["bad"]),
        ("failed,queued", ["good", "bad"]),
        (["failed", "queued"], ["good", "bad"]),
        ("[]", ["good", "bad"]),
        ("['success']", []),
    ],
)
def test_states_are_read_in_every_way_they_are_written(
    web: WebClient, jobsite: Jobsite, states: Any, expected: list[str]
) -> None:
    jobsite.failed(asset_name="bad")
    jobsite.queued(asset_name="good")

    assert _names(_jobs(web, states=states)) == expected


def test_times_without_zone_are_utc_and_may_be_long_ago(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.queued(asset_name="a")

    assert _names(_jobs(web, execution_date_gte="2020-01-01T00:00:00")) == ["a"]
    assert _names(_jobs(web, execution_date_gte="2020-01-01T00:00:00.000Z")) == ["a"]
    assert _names(_jobs(web, execution_date_lte="2999-01-01T00:00:00")) == ["a"]
    assert _names(_jobs(web, execution_date_gte="2998-01-01T00:00:00+02:00")) == []


def test_another_pipeline_has_no_jobs(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.queued()

    assert _names(_jobs(web, dag_ids="some_other")) == []
    assert len(_names(_jobs(web, dag_ids="['transform_and_upload']"))) == 1


def test_jobs_of_v2_have_the_name_of_its_pipeline(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.queued(asset_name="one")
    answer = web.post("/api/v2/submit_jobs", json=v2_request())
    (run,) = answer.json()["data"]["responses"]
    name = "transform_and_upload_v2"

    both = _jobs(web).json()["data"]["job_status_list"]
    assert [job["dag_id"] for job in both] == [name, "transform_and_upload"]
    assert _names(_jobs(web, dag_ids=name)) == [run["asset_name"]]
    assert _names(_jobs(web, dag_ids="transform_and_upload")) == ["one"]
    params = {"dag_id": name, "dag_run_id": run["dag_run_id"]}
    tasks = web.get("/api/v1/get_tasks_list", params=params).json()["data"]["job_tasks_list"]
    assert {task["dag_id"] for task in tasks} == {name}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("states", "['nope']"),
        ("states", "[failed"),
        ("states", "__import__('os')"),
        ("page_limit", "0"),
        ("page_limit", "-1"),
        ("page_offset", "-1"),
        ("execution_date_gte", "hello"),
        ("execution_date_gte", ""),
        ("execution_date_lte", "hello"),
        ("order_by", "secret"),
    ],
)
def test_bad_parameters_are_named(web: WebClient, name: str, value: str) -> None:
    answer = _jobs(web, **{name: value})

    assert answer.status_code == 406
    assert answer.json()["message"] == "Error validating request parameters"
    assert {error["loc"][0] for error in answer.json()["data"]["errors"]} == {name}


def test_tasks_come_in_the_order_they_run(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.failed(names=("behavior", "behavior-videos"))

    params = {"dag_id": "transform_and_upload", "dag_run_id": job_id}
    body = web.get("/api/v1/get_tasks_list", params=params).json()

    assert body["message"] == "Retrieved job tasks list from airflow"
    assert body["data"]["params"] == params
    tasks = body["data"]["job_tasks_list"]
    assert body["data"]["total_entries"] == len(tasks)
    assert all(list(task) == _TASK_FIELDS for task in tasks)
    assert tasks[0]["task_id"] == "send_job_start_email"
    weights = [(-task["priority_weight"], task["map_index"]) for task in tasks]
    assert weights == sorted(weights)
    failed, other = (task for task in tasks if task["task_id"] == "compress_data")
    assert (failed["map_index"], other["map_index"]) == (0, 1)
    assert failed["task_state"] == "failed"
    assert failed["comment"] == DISK_FULL["message"]
    assert failed["duration"] >= 0
    assert (other["task_state"], other["try_number"]) == ("upstream_failed", 0)


def test_tasks_of_no_job(web: WebClient) -> None:
    params = {"dag_id": "transform_and_upload", "dag_run_id": "nope"}

    answer = web.get("/api/v1/get_tasks_list", params=params)

    assert answer.status_code == 404
    assert answer.json()["message"] == "Error retrieving job tasks list from airflow"
    assert answer.json()["data"]["params"] == params
    (error,) = answer.json()["data"]["errors"]
    assert error.keys() >= {"detail", "status", "title", "type"}
    assert error["code"] == "job_unknown"


def test_empty_parameters_are_refused_as_recorded(web: WebClient) -> None:
    answer = web.get("/api/v1/get_tasks_list?dag_id=&dag_run_id=")

    assert answer.status_code == 406
    assert [(e["type"], e["loc"]) for e in answer.json()["data"]["errors"]] == [
        ("string_too_short", ["dag_id"]),
        ("string_too_short", ["dag_run_id"]),
    ]


def _log_params(job_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "dag_id": "transform_and_upload",
        "dag_run_id": job_id,
        "task_id": "compress_data",
        "try_number": 1,
        "map_index": 0,
    } | changes


def test_a_log_is_returned_whole(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.failed(log="µm <b>not markup</b>\n" * 1000)

    answer = web.get("/api/v1/get_task_logs", params=_log_params(job_id, full_content="true"))

    assert answer.status_code == 200
    assert answer.json() == {
        "message": "Retrieved task logs from airflow",
        "data": {
            "params": _log_params(job_id, full_content=True),
            "logs": "µm <b>not markup</b>\n" * 1000,
        },
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"task_id": "nope"}, "task_unknown"),
        ({"map_index": 7}, "task_unknown"),
        ({"try_number": 9}, "task_unknown"),
        ({"task_id": TaskId.VERIFY_UPLOAD, "map_index": -1}, "log_missing"),
        ({"dag_run_id": "nope"}, "job_unknown"),
    ],
)
def test_logs_that_do_not_exist(
    web: WebClient, jobsite: Jobsite, changes: dict[str, Any], code: str
) -> None:
    job_id = jobsite.failed()

    answer = web.get("/api/v1/get_task_logs", params=_log_params(job_id, **changes))

    assert answer.status_code == 404
    assert answer.json()["message"] == "Error retrieving task logs from airflow"
    assert answer.json()["data"]["errors"][0]["code"] == code


def test_missing_parameters_are_refused_as_recorded(web: WebClient) -> None:
    answer = web.get("/api/v1/get_task_logs")

    assert answer.status_code == 406
    errors = answer.json()["data"]["errors"]
    assert all(error.pop("url").endswith("/v/missing") for error in errors)
    assert errors == _MISSING
