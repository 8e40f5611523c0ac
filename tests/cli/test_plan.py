"""V2 requests and plans on the command line."""

import json
from pathlib import Path

import httpx
import pytest

from aind_data_transfer_service.client import Client, ServiceUnreachable

from ..client.live_service import LiveService
from ..server.requests import request, v2_request
from .conftest import Run

pytestmark = pytest.mark.usefixtures("service")

_V1, _V2 = json.dumps(request()), json.dumps(v2_request())
_SHEET = (
    "project_name,platform,acq_datetime,subject_id,modality0,modality0.input_source\n"
    "Ephys Platform,ecephys,2024-02-19T11:25:17,690165,ecephys,/data/ecephys\n"
)
_NAME = "behavior_690165_2024-02-19_11-25-17"


class TestV2Requests:
    def test_are_known_by_what_they_say(self, run: Run) -> None:
        assert run("validate", "-", input=_V2).stdout == "The request is valid.\n"
        assert run("validate", "-", "--api", "v1", input=_V2).exit_code == 2

    def test_are_submitted(self, run: Run, service: LiveService) -> None:
        result = run("submit", "-", "--json", input=_V2)
        (job,) = json.loads(result.stdout)["jobs"]
        assert (result.exit_code, job["asset_name"]) == (0, _NAME)
        with Client(service.url) as client:
            assert client.job(job["job_id"]).job_type == "default"

    def test_are_queued_once_for_each_key(self, run: Run) -> None:
        keyed = ("submit", "-", "--json", "--idempotency-key", "one")
        first, again = run(*keyed, input=_V2), run(*keyed, input=_V2)
        other = run("submit", "-", input=_V2)
        assert (first.exit_code, again.stdout) == (0, first.stdout)
        assert other.exit_code == 2
        assert "already running/queued" in other.stdout

    def test_a_sheet_takes_no_key(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "jobs.csv").write_text(_SHEET)
        assert run("submit", tmp_path / "jobs.csv", "--idempotency-key", "one").exit_code == 2

    def test_a_lost_answer_is_told_with_the_key(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys: list[str] = []

        def lose(_client: Client, *_request: bytes, idempotency_key: str, **_options: str) -> None:
            keys.append(idempotency_key)
            raise ServiceUnreachable("No answer.")

        monkeypatch.setattr(Client, "submit", lose)
        result = run("submit", "-", input=_V2)
        assert result.exit_code == 4
        assert f"--idempotency-key {keys[0]}" in result.stderr


class TestPlan:
    @pytest.mark.parametrize("text", [_V1, _V2])
    def test_is_lines_outside_a_terminal(self, run: Run, text: str) -> None:
        result = run("plan", "-", input=text)
        lines = result.stdout.splitlines()
        assert result.exit_code == 0
        assert lines[0].startswith(f"{_NAME} → file:///")
        assert any(line.startswith("    behavior: /share/690165/Behavior, ") for line in lines)
        assert any(line.startswith("    upload_data_to_s3: runs") for line in lines)
        assert any(line.startswith("    remove_source_folders: skipped: ") for line in lines)

    def test_tells_where_settings_come_from(self, run: Run) -> None:
        output = run("plan", "-", input=_V2).stdout
        assert "      concurrency = 8 (preset v2/default/upload_data_to_s3@" in output

    @pytest.mark.parametrize(("text", "api"), [(_V1, "v1"), (_V2, "v2")])
    def test_as_json_leaves_nothing_out(
        self, run: Run, service: LiveService, text: str, api: str
    ) -> None:
        answer = httpx.post(f"{service.url}/api/v2/plan", content=text).json()
        shown = json.loads(run("plan", "-", "--json", input=text).stdout)
        assert (shown["api"], shown["jobs"]) == (api, answer["jobs"])

    def test_queues_nothing(self, run: Run) -> None:
        run("plan", "-", input=_V2)
        assert json.loads(run("jobs", "--json").stdout)["total"] == 0

    @pytest.mark.parametrize("content", [request(subject_id=""), v2_request(project_name="No")])
    def test_of_a_request_that_is_not_valid(self, run: Run, content: object) -> None:
        result = run("plan", "-", input=json.dumps(content))
        assert result.exit_code == 2
        assert result.stdout.startswith("The request is not valid. Problems: ")
        as_json = run("plan", "-", "--json", input=json.dumps(content))
        assert json.loads(as_json.stderr)["details"]["problems"]

    def test_of_a_sheet_has_its_valid_rows(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "jobs.csv").write_text(_SHEET + _SHEET.splitlines()[1].replace("Ephys", "No"))
        result = run("plan", tmp_path / "jobs.csv")
        assert result.exit_code == 2
        assert "Rows that can be submitted: 1 of 2" in result.stdout
        assert "\necephys_690165_2024-02-19_11-25-17 → file:///" in result.stdout
