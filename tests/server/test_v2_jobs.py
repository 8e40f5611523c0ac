import httpx
import pytest

from aind_data_transfer_service.client.models import Job, JobPage
from aind_data_transfer_service.domain.states import JobState
from aind_data_transfer_service.engine.services.views import get_job

from .databases import ON_BOTH_DATABASES
from .factories import Jobsite
from .web_client import WebClient

pytestmark = ON_BOTH_DATABASES


def _is_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body.keys() >= {"type", "title", "status", "detail", "instance", "code", "what_to_do"}
    assert (body["status"], body["code"]) == (status, code)


def test_jobs_are_paged_and_filtered(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.failed(asset_name="bad")
    for number in range(3):
        jobsite.queued(asset_name=f"a{number}")

    page = JobPage.model_validate(web.get("/api/v2/jobs?limit=2&offset=1").json())
    some = JobPage.model_validate(web.get("/api/v2/jobs?state=failed&state=running").json())

    assert ([job.asset_name for job in page.jobs], page.total) == (["a1", "a0"], 4)
    assert ([job.asset_name for job in some.jobs], some.total) == (["bad"], 1)


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "offset=-1", "state=nope"])
def test_bad_parameters_are_named(web: WebClient, query: str) -> None:
    answer = web.get(f"/api/v2/jobs?{query}")

    _is_problem(answer, 406, "parameters_invalid")
    assert query.startswith(answer.json()["details"]["problems"][0]["field"].partition(".")[0])


def test_a_job_is_shown_with_tasks_and_plan(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.failed()

    answer = web.get(f"/api/v2/jobs/{job_id}")

    job = Job.model_validate(answer.json())
    assert job.state == "failed"
    compress = next(task for task in job.tasks if task.task_id == "compress_data")
    assert compress.attempts[0].state == "failed"
    assert answer.json()["plan"]["subject_id"] == "690165"


def test_an_unknown_job_is_a_problem(web: WebClient) -> None:
    _is_problem(web.get("/api/v2/jobs/nope"), 404, "job_unknown")
    _is_problem(web.post("/api/v2/jobs/nope/cancel"), 404, "job_unknown")
    _is_problem(web.post("/api/v2/jobs/nope/retry"), 404, "job_unknown")
    _is_problem(web.get("/api/v2/nope"), 404, "page_unknown")
    _is_problem(web.ask("DELETE", "/api/v2/jobs"), 405, "method_not_allowed")


def test_the_latest_log_is_returned_as_text(web: WebClient, jobsite: Jobsite) -> None:
    log = f"/api/v2/jobs/{jobsite.failed(log='µ<b>')}/tasks/compress_data/logs"

    latest = web.get(f"{log}?map_index=0")

    assert latest.text == "µ<b>"
    assert latest.headers["content-type"] == "text/plain; charset=utf-8"
    assert web.get(f"{log}?map_index=0&try_number=1").text == "µ<b>"
    _is_problem(web.get(f"{log}?map_index=0&try_number=2"), 404, "task_unknown")
    _is_problem(web.get(log), 404, "task_unknown")


def test_cancel(web: WebClient, jobsite: Jobsite) -> None:
    queued, running = jobsite.queued(asset_name="a"), jobsite.running(asset_name="b")

    assert web.post(f"/api/v2/jobs/{queued}/cancel").json()["state"] == "cancelled"
    assert web.post(f"/api/v2/jobs/{running}/cancel").json()["state"] == "running"
    assert get_job(jobsite.database, running).cancel_requested


def test_retry(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.failed()

    answer = web.post(f"/api/v2/jobs/{job_id}/retry")

    assert answer.json() == {
        "job_id": job_id,
        "run": 2,
        "new": True,
        "job_url": f"http://portal/jobs/{job_id}",
    }
    assert get_job(jobsite.database, job_id).state is JobState.QUEUED
    _is_problem(web.post(f"/api/v2/jobs/{job_id}/retry"), 409, "job_not_retryable")


def test_retry_of_one_element_can_be_sent_again(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.failed()
    body = {"task_id": "compress_data", "map_index": 0, "run": 1}

    first = web.post(f"/api/v2/jobs/{job_id}/retry", json=body).json()
    second = web.post(f"/api/v2/jobs/{job_id}/retry", json=body).json()

    assert (first["run"], first["new"]) == (2, True)
    assert (second["run"], second["new"]) == (2, False)
    assert get_job(jobsite.database, job_id).run == 2


def test_retry_of_what_cannot_be_is_refused(web: WebClient, jobsite: Jobsite) -> None:
    address = f"/api/v2/jobs/{jobsite.failed()}/retry"

    _is_problem(web.post(address, json={"task_id": "verify_upload"}), 409, "task_not_failed")
    _is_problem(web.post(address, json={"task_id": "nope"}), 404, "task_unknown")
    _is_problem(web.post(address, json={"map_index": 0}), 406, "parameters_invalid")
    _is_problem(web.post(address, json={"task": "compress_data"}), 406, "parameters_invalid")
