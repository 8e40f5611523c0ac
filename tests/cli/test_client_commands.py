import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import AttemptState, JobState, TaskState
from aind_data_transfer_service.engine.job_search import JobFinder, JobSearch

from ..client.live_service import LiveService
from ..server.requests import request
from .conftest import Run


def text(**changes: Any) -> str:
    return json.dumps(request(**changes))


class TestValidate:
    def test_a_valid_request(self, run: Run, service: LiveService, tmp_path: Path) -> None:
        (tmp_path / "request.json").write_text(text())
        result = run("validate", tmp_path / "request.json", "--server", service.url)
        assert (result.exit_code, result.stdout) == (0, "The request is valid.\n")

    @pytest.mark.usefixtures("service")
    def test_problems_are_a_table(self, run: Run) -> None:
        result = run("validate", "-", input=text(project_name="Ephis Platform"))
        assert result.exit_code == 2
        assert lines_of(result.stdout) == [
            "The request is not valid. Problems: 1",
            "Field Value What is wrong Allowed Nearest",
            (
                "upload_jobs[0].project_name Ephis Platform"
                " Ephis Platform must be one of ['Ephys Platform']. Ephys Platform Ephys Platform"
            ),
        ]

    @pytest.mark.usefixtures("service")
    def test_as_json(self, run: Run) -> None:
        result = run("validate", "-", "--json", input=text(platform="nope"))
        answer = json.loads(result.stdout)
        assert result.exit_code == 2
        assert answer["valid"] is False
        assert answer["problems"][0]["field"] == "upload_jobs[0].platform"

    @pytest.mark.usefixtures("service")
    def test_text_that_is_not_json(self, run: Run) -> None:
        result = run("validate", "-", input="{")
        assert result.exit_code == 2
        assert "not valid JSON" in result.stderr
        assert "Code: not_json" in result.stderr

    def test_a_file_that_is_not_there(self, run: Run, tmp_path: Path) -> None:
        assert run("validate", tmp_path / "nope.json").exit_code == 2


@pytest.mark.usefixtures("service")
class TestSubmit:
    def test_says_which_job_it_became(self, run: Run, service: LiveService) -> None:
        result = run("submit", "-", input=text())
        (job_id,) = ids(service)
        said = f"Submitted behavior_690165_2024-02-19_11-25-17 as job {job_id}\n"
        assert (result.exit_code, result.stdout) == (0, said)
        again = run("submit", "-", input=text())
        assert again.stdout.startswith("Under way already: ")

    def test_as_json(self, run: Run, service: LiveService) -> None:
        answer = json.loads(run("submit", "-", "--json", input=text()).stdout)
        assert [job["job_id"] for job in answer["jobs"]] == ids(service)

    def test_submits_nothing_of_a_request_that_is_not_valid(
        self, run: Run, service: LiveService
    ) -> None:
        result = run("submit", "-", input=text(project_name="Nope"))
        assert result.exit_code == 2
        assert "nothing was submitted" in result.stdout
        assert ids(service) == []

    def test_a_conflict_is_a_failure_with_advice(self, run: Run) -> None:
        run("submit", "-", input=text())
        result = run("submit", "-", "--json", input=text(force_cloud_sync=True))
        error = json.loads(result.stderr)
        assert result.exit_code == 1
        assert error["code"] == "asset_busy"
        assert error["what_to_do"].startswith("Wait until that job has ended")


class TestShowing:
    def test_jobs_are_a_table(self, run: Run, service: LiveService) -> None:
        job_id = service.jobs.failed()
        output = lines_of(run("jobs").stdout)
        assert output[0] == "Job State Asset Submitted (UTC) Took Size"
        assert output[1].startswith(f"{job_id} failed behavior_690165_2024-02-19_11-25-17 20")
        assert output[2] == "1 of 1 jobs"
        assert json.loads(run("jobs", "--json", "--state", "queued").stdout)["total"] == 0

    def test_a_job_with_its_tasks_and_what_to_do(self, run: Run, service: LiveService) -> None:
        job_id = service.jobs.failed()
        output = run("show", job_id).stdout
        assert f"Job        {job_id}" in output
        assert "compress_data [behavior]    failed" in output
        assert "What to do: Free space there" in output
        assert json.loads(run("show", job_id, "--json").stdout)["state"] == "failed"

    def test_an_unknown_job(self, run: Run, service: LiveService) -> None:
        result = run("show", "nope", "--server", service.url)
        assert result.exit_code == 1
        assert result.stderr.splitlines() == [
            "Error: There is no job 'nope'.",
            "What to do: Look it up on the jobs page.",
            "Code: job_unknown",
        ]

    def test_a_state_that_is_not_known(self, run: Run, service: LiveService) -> None:
        result = run("jobs", "--state", "done", "--server", service.url)
        assert result.exit_code == 2
        assert "state" in result.stderr


class TestLogs:
    def test_are_those_of_the_task_that_failed(self, run: Run, service: LiveService) -> None:
        job_id = service.jobs.failed(log="reading\nfailed\n")
        assert run("logs", job_id).stdout == "reading\nfailed\n"
        assert run("logs", job_id, "--follow").stdout == "reading\nfailed\n"
        named = run("logs", job_id, "compress_data", "--map-index", "0", "--try", "1", "--json")
        assert json.loads(named.stdout)["log"] == "reading\nfailed\n"

    def test_of_a_task_there_is_not(self, run: Run, service: LiveService) -> None:
        result = run("logs", service.jobs.queued(), "compress")
        assert result.exit_code == 1
        assert "compress_data" in result.stderr

    def test_of_a_task_that_has_not_begun(self, run: Run, service: LiveService) -> None:
        result = run("logs", service.jobs.queued(), "compress_data")
        assert result.exit_code == 1
        assert "Code: log_missing" in result.stderr


class TestControl:
    def test_cancels(self, run: Run, service: LiveService) -> None:
        queued, running = service.jobs.queued(), service.jobs.running(asset_name="behavior_9")
        assert run("cancel", queued).stdout == f"Job {queued}: cancelled\n"
        assert run("cancel", running).stdout == f"Job {running} is running and will be cancelled.\n"
        assert "running, to be cancelled" in run("show", running).stdout
        assert json.loads(run("cancel", queued, "--json").stdout)["state"] == "cancelled"

    def test_retries_what_failed_only(self, run: Run, service: LiveService) -> None:
        failed = service.jobs.failed()
        assert run("retry", failed).stdout == f"Job {failed}: queued, run 2\n"
        result = run("retry", failed)
        assert result.exit_code == 1
        assert "Code: job_not_retryable" in result.stderr

    def test_retries_one_element(self, run: Run, service: LiveService) -> None:
        failed = service.jobs.failed()
        assert run("retry", failed, "--map-index", "0").exit_code == 2
        refused = run("retry", failed, "--task", "verify_upload")
        assert "What failed: compress_data" in refused.stderr
        done = run("retry", failed, "--task", "compress_data", "--map-index", "0", "--json")
        assert json.loads(done.stdout)["run"] == 2


class TestWait:
    def test_for_a_job_that_succeeded(self, run: Run, service: LiveService) -> None:
        job_id = service.jobs.running()
        service.jobs.attempt(
            job_id, TaskId.CHECK_S3_FOLDER_EXISTS, log=None, end=AttemptState.SUCCESS
        )
        service.jobs.change_task(
            job_id, TaskId.CHECK_S3_FOLDER_EXISTS, -1, TaskState.SUCCESS, outputs={}
        )
        service.jobs.change(job_id, JobState.SUCCESS)
        result = run("wait", job_id)
        assert result.exit_code == 0
        first, last = result.stdout.splitlines()
        assert first.startswith("check_s3_folder_exists: success, ")
        assert last.startswith("behavior_690165_2024-02-19_11-25-17 is at file:///")

    def test_for_a_job_that_failed(self, run: Run, service: LiveService) -> None:
        result = run("wait", service.jobs.failed())
        assert result.exit_code == 1
        assert "disk_full: No space left" in result.stderr
        assert "What to do: Free space there" in result.stderr

    def test_no_longer_than_asked(self, run: Run, service: LiveService) -> None:
        job_id = service.jobs.queued()
        result = run("wait", job_id, "--timeout", "0")
        assert result.exit_code == 3
        assert "The job goes on by itself" in result.stderr
        as_json = run("wait", job_id, "--timeout", "0", "--json")
        assert as_json.exit_code == 3
        assert json.loads(as_json.stdout)["state"] == "queued"


class TestUnreachable:
    @pytest.mark.parametrize(
        "command",
        [
            ["jobs"],
            ["show", "1"],
            ["wait", "1", "--timeout", "0"],
            ["submit", "-"],
            ["verify", "1"],
        ],
        ids=lambda command: command[0],
    )
    def test_is_exit_code_4(self, run: Run, command: list[str]) -> None:
        result = run(*command, "--server", "http://127.0.0.1:1", input=text())
        assert result.exit_code == 4
        assert "Code: service_unreachable" in result.stderr


def ids(service: LiveService) -> list[str]:
    with service.jobs.database.read() as session:
        return [job.id for job in JobFinder(session).find(JobSearch())]


def lines_of(table: str) -> list[str]:
    """Return the lines that hold words, with single spaces between them."""
    lines = (" ".join(line.split()) for line in table.splitlines())
    return [line for line in lines if line and not line.startswith("─")]
