import json

import httpx
import pytest

from aind_data_transfer_service.client import (
    Client,
    Job,
    RequestRefused,
    ServiceUnreachable,
    StillRunning,
)
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import JobState

from ..server.requests import request
from .live_service import LiveService


class TestRequests:
    def test_says_that_a_request_is_valid_and_what_it_means(self, client: Client) -> None:
        answer = client.validate(request())
        assert answer.valid
        assert answer.validated is not None
        prefix = answer.validated["upload_jobs"][0]["s3_prefix"]
        assert prefix == "behavior_690165_2024-02-19_11-25-17"

    def test_names_field_value_allowed_and_nearest_of_a_problem(self, client: Client) -> None:
        answer = client.validate(request(platform="behaviour"))
        assert not answer.valid
        (problem,) = answer.problems
        assert problem.field == "upload_jobs[0].platform"
        assert problem.value == "behaviour"
        assert problem.nearest == "behavior"
        assert "behavior" in (problem.allowed or ())

    def test_a_request_may_be_its_json_text(self, client: Client) -> None:
        assert client.validate(json.dumps(request()).encode()).valid

    def test_text_that_is_not_json_is_refused_as_invalid_input(self, client: Client) -> None:
        with pytest.raises(RequestRefused) as refused:
            client.validate(b"{")
        assert refused.value.is_invalid_input
        assert refused.value.as_dict()["code"] == "not_json"

    def test_submits_and_finds_the_same_job_again(self, client: Client) -> None:
        (first,) = client.submit(request()).jobs
        (second,) = client.submit(request()).jobs
        assert (first.new, second.new) == (True, False)
        assert first.job_id == second.job_id
        assert first.location.endswith("/private/behavior_690165_2024-02-19_11-25-17/")

    def test_an_invalid_request_is_refused_with_its_problems(self, client: Client) -> None:
        with pytest.raises(RequestRefused) as refused:
            client.submit(request(project_name="Ephis Platform"))
        assert refused.value.is_invalid_input
        assert refused.value.details["problems"][0]["field"] == "upload_jobs[0].project_name"

    def test_another_job_for_the_same_place_is_refused_with_the_services_code(
        self, client: Client
    ) -> None:
        client.submit(request())
        with pytest.raises(RequestRefused) as refused:
            client.submit(request(force_cloud_sync=True))
        assert refused.value.as_dict()["code"] == "asset_busy"
        assert "cancel it" in refused.value.what_to_do
        assert not refused.value.is_invalid_input


class TestJobs:
    def test_lists_jobs_of_some_states_page_by_page(
        self, client: Client, service: LiveService
    ) -> None:
        queued = [service.jobs.queued(asset_name=f"behavior_{n}") for n in range(3)]
        failed = service.jobs.failed(asset_name="behavior_9")
        page = client.jobs(states=("queued",), limit=2)
        assert [job.job_id for job in page.jobs] == [queued[2], queued[1]]
        assert page.total == 3
        assert [job.job_id for job in client.jobs(states=("queued",), offset=2).jobs] == queued[:1]
        assert [job.job_id for job in client.jobs(limit=1).jobs] == [failed]

    def test_shows_a_job_with_its_tasks_attempts_and_error(
        self, client: Client, service: LiveService
    ) -> None:
        job = client.job(service.jobs.failed())
        compress = next(task for task in job.tasks if task.task_id == TaskId.COMPRESS_DATA)
        assert job.state == "failed"
        assert compress.name == "compress_data [behavior]"
        assert [attempt.state for attempt in compress.attempts] == ["failed"]
        assert compress.error is not None
        assert compress.error["code"] == "disk_full"

    def test_reads_a_log(self, client: Client, service: LiveService) -> None:
        job_id = service.jobs.failed(log="all of it\n")
        assert client.logs(job_id, "compress_data", map_index=0) == "all of it\n"
        assert client.logs(job_id, "compress_data", map_index=0, try_number=1) == "all of it\n"

    def test_an_unknown_job_is_an_error_with_the_services_code(self, client: Client) -> None:
        with pytest.raises(RequestRefused, match="There is no job") as refused:
            client.job("no such job")
        assert refused.value.status == 404
        assert refused.value.as_dict()["code"] == "job_unknown"

    def test_cancels_and_retries(self, client: Client, service: LiveService) -> None:
        queued, failed = service.jobs.queued(), service.jobs.failed(asset_name="behavior_9")
        client.cancel(queued)
        client.retry(failed)
        assert client.job(queued).state == "cancelled"
        assert client.job(failed).state == "queued"
        with pytest.raises(RequestRefused) as refused:
            client.retry(queued)
        assert refused.value.as_dict()["code"] == "job_not_retryable"


class TestWait:
    def test_returns_the_job_once_it_has_ended(self, client: Client, service: LiveService) -> None:
        job_id = service.jobs.running()
        states: list[str] = []

        def end_it(job: Job) -> None:
            states.append(job.state)
            if job.state == "running":
                service.jobs.change(job_id, JobState.SUCCESS)

        assert client.wait(job_id, timeout=60, on_update=end_it).state == "success"
        assert states == ["running", "success"]

    def test_says_when_the_time_is_over(self, client: Client, service: LiveService) -> None:
        with pytest.raises(StillRunning, match="within 0 s"):
            client.wait(service.jobs.queued(), timeout=0)

    def test_does_not_wait_for_a_job_there_is_not(self, client: Client) -> None:
        with pytest.raises(RequestRefused):
            client.wait("nope")

    def test_goes_on_asking_while_the_service_restarts(self) -> None:
        answers: list[httpx.Response | None] = [None, None, httpx.Response(200, json=_JOB)]

        def answer(_request: httpx.Request) -> httpx.Response:
            given = answers.pop(0)
            if given is None:
                raise httpx.ConnectError("refused")
            return given

        with Client("http://service", transport=httpx.MockTransport(answer)) as client:
            assert client.wait("1", timeout=60).state == "success"


class TestUnreachable:
    def test_is_an_error_that_names_the_address(self) -> None:
        with (
            Client("http://127.0.0.1:1/") as client,
            pytest.raises(ServiceUnreachable, match=r"http://127\.0\.0\.1:1 does not answer"),
        ):
            client.jobs()

    def test_an_answer_that_is_no_json_is_told_by_its_status(self) -> None:
        transport = httpx.MockTransport(lambda _request: httpx.Response(502, text="<html>"))
        with Client("http://service", transport=transport) as client:
            for ask in (client.jobs, lambda: client.validate({})):
                with pytest.raises(RequestRefused, match="502 Bad Gateway"):
                    ask()


_JOB = {
    "job_id": "1",
    "submission_id": "2",
    "asset_name": "behavior_1",
    "location": "file:///b/behavior_1/",
    "bucket": "private",
    "state": "success",
    "project_name": "P",
    "subject_id": "1",
    "job_type": "behavior",
    "created_at": "2026-01-01T00:00:00Z",
}
