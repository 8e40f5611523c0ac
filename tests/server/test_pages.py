import html
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from aind_data_transfer_service.domain.manifest import MANIFEST_NAME
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import JobState
from aind_data_transfer_service.engine.services.views import get_job
from aind_data_transfer_service.server.portal import logs
from aind_data_transfer_service.settings import Settings

from .factories import DISK_FULL, Jobsite
from .web_client import WebClient

_HOSTILE = '<img src=x onerror=alert(1)>"&{{7*7}}'


class _Page(HTMLParser):
    """What of a page matters to these tests."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def addresses(self) -> set[str]:
        values = (a.get(key) for _, a in self.tags for key in ("href", "src", "action"))
        return {value for value in values if value}


@pytest.fixture
def addresses(jobsite: Jobsite, settings: Settings) -> list[str]:
    """Every kind of page, with jobs in several states."""
    failed = jobsite.failed(asset_name="failed")
    done = jobsite.uploaded(asset_name="done", size=12)
    (settings.work_root / done).mkdir(parents=True)
    (settings.work_root / done / MANIFEST_NAME).write_text(f"{'0' * 64}  behavior/data.csv\n")
    running = jobsite.running(asset_name="running", names=("behavior", "behavior-videos"))
    jobsite.attempt(running, TaskId.COMPRESS_DATA, 0, log="", progress=(3_000_000, 12_000_000))
    jobsite.queued(asset_name="queued")
    return [
        "/",
        "/jobs",
        "/jobs?state=failed",
        "/jobs?state=cancelled",
        "/jobs?search=a&project=Ephys+Platform&sort=bytes&descending=false",
        f"/jobs/selected?action=retry&job={failed}&job={running}",
        f"/jobs/selected?action=cancel&job={running}",
        f"/jobs/{failed}",
        f"/jobs/{running}",
        f"/jobs/{done}",
        f"/jobs/{done}/files",
        f"/jobs/{failed}/tasks/compress_data?state=failed",
        f"/jobs/{failed}/tasks/compress_data/0/1",
        f"/jobs/{failed}/tasks/compress_data/0/1?search=fail",
        f"/jobs/{running}/tasks/compress_data/0/1",
        f"/jobs/{running}/tasks/verify_upload/-1/1",
        "/job_params",
        "/job_params?job_type=nope",
        "/job_params/new",
        "/job_params/v2/default/upload_data_to_s3",
        "/job_params/v2/ecephys/modality_transformation_settings/ecephys",
        "/project_names",
        "/about",
        "/docs",
        "/nope",
        "/jobs/nope",
    ]


def test_pages_are_well_made_and_their_links_lead_somewhere(
    web: WebClient, addresses: list[str]
) -> None:
    links: set[str] = set()
    for address in addresses:
        page = _Page(web.get(address).text)
        names = [tag for tag, _ in page.tags]
        assert page.all("html") == [{"lang": "en"}]
        assert (names.count("main"), names.count("h1")) == (1, 1), address
        assert names[: names.index("body")].count("title") == 1  # drawings have others
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids)), address
        assert all("scope" in cell for cell in page.all("th"))
        assert all(bar.get("aria-label") for bar in page.all("progress"))
        links |= {link for link in page.addresses if not link.startswith("#")}
    for link in links:
        if not re.search(r"/(cancel|retry|selected|restore)$", link):
            assert web.get(link).status_code == 200, link


def test_pages_need_no_other_host_and_no_inline_code(web: WebClient, addresses: list[str]) -> None:
    for address in addresses:
        page = _Page(web.get(address).text)
        assert all(link.startswith(("/", "#")) for link in page.addresses), address
        assert all(script.get("src") for script in page.all("script"))
        assert not page.all("style")
        for _, attributes in page.tags:
            assert not [name for name in attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("file", sorted(Path(logs.__file__).with_name("static").iterdir()))
def test_files_of_the_pages_need_no_other_host(web: WebClient, file: Path) -> None:
    answer = web.get(f"/static/{file.name}")

    assert answer.status_code == 200
    outside = set(re.findall(r"https?://[^\s\"')]+", answer.text)) - {"http://www.w3.org/2000/svg"}
    assert not outside


def test_nothing_submitted_becomes_markup(web: WebClient, jobsite: Jobsite) -> None:
    error = DISK_FULL | {"message": _HOSTILE, "what_to_do": _HOSTILE}
    texts: dict[str, Any] = dict.fromkeys(
        ["asset_name", "project_name", "subject_id", "job_type", "user_email", "platform_name"],
        _HOSTILE,
    )
    job_id = jobsite.failed(log=_HOSTILE, error=error, **texts, request={"x": _HOSTILE})

    for address in (
        "/jobs",
        f"/jobs/{job_id}",
        f"/jobs/{job_id}/tasks/compress_data/0/1",
        f"/jobs/{_HOSTILE}",
    ):
        text = web.get(address).text
        assert "<img src=x" not in text, address
        assert not [a for a in _Page(text).all("img") if a.get("src") == "x"], address
        assert _HOSTILE in html.unescape(text), address


def test_the_python_example_works(web: WebClient, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"<code>(from datetime.*?)</code>", web.get("/").text, re.DOTALL)
    assert block is not None
    monkeypatch.setattr(
        httpx, "post", lambda url, **options: web.post(url.removeprefix("http://portal"), **options)
    )

    exec(html.unescape(block[1]), {})  # noqa: S102 - the example is ours

    assert web.get("/api/v2/jobs").json()["jobs"][0]["bucket"] == "private"


def test_a_state_that_does_not_exist_is_explained(web: WebClient) -> None:
    answer = web.get("/jobs?state=broken")

    assert answer.status_code == 406
    assert "queued" in answer.text


def test_a_failed_job_says_what_why_and_what_to_do(web: WebClient, jobsite: Jobsite) -> None:
    log = "".join(f"line {number}\n" for number in range(100))
    job_id = jobsite.failed(log=log)

    text = html.unescape(web.get(f"/jobs/{job_id}").text)

    assert "Compress (behavior) failed" in text
    assert DISK_FULL["message"] in text
    assert DISK_FULL["what_to_do"] in text
    assert "line 99" in text
    assert "line 5\n" not in text
    assert f'action="/jobs/{job_id}/retry"' in text
    assert "data-refresh" not in text


def test_a_failure_outside_the_tasks_is_shown(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.running()
    jobsite.change(job_id, JobState.FAILED, error=DISK_FULL)

    assert "The job failed" in web.get(f"/jobs/{job_id}").text


def test_a_running_job_shows_progress_and_refreshes(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.running()
    jobsite.attempt(job_id, TaskId.COMPRESS_DATA, 0, log="", progress=(3_000_000, 12_000_000))

    text = web.get(f"/jobs/{job_id}").text

    assert "3 MB of 12 MB" in text
    assert "(25 %)" in text
    assert 'data-refresh="2"' in text
    assert {"value": "3000000", "max": "12000000"}.items() <= _Page(text).all("progress")[1].items()


def test_the_cancel_button_cancels(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.queued()

    headers = {"Sec-Fetch-Site": "same-origin"}
    refused = web.post(f"/jobs/{job_id}/cancel", headers=headers)
    answer = web.post(f"/jobs/{job_id}/cancel", headers=headers, data={"confirm": "cancel"})

    assert (refused.status_code, "not_confirmed" in refused.text) == (406, True)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/jobs/{job_id}")
    assert get_job(jobsite.database, job_id).state == "cancelled"
    assert "/cancel" not in web.get(f"/jobs/{job_id}").text


def test_the_retry_button_retries_once(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.failed()

    assert web.post(f"/jobs/{job_id}/retry").status_code == 303
    again = web.post(f"/jobs/{job_id}/retry")

    assert get_job(jobsite.database, job_id).run == 2
    assert again.status_code == 409
    assert "only a failed job can be tried again" in again.text


def test_a_long_log_is_shown_from_its_end(
    web: WebClient, jobsite: Jobsite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_LONGEST_SHOWN", 4)
    job_id = jobsite.failed(log="beginning end!")

    text = web.get(f"/jobs/{job_id}/tasks/compress_data/0/1").text

    assert ">end!</pre>" in text
    assert "The first 10 characters are not shown" in text


def test_a_log_that_is_not_there_yet_is_waited_for(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.running()

    answer = web.get(f"/jobs/{job_id}/tasks/compress_data/0/1")

    assert answer.status_code == 200
    assert "has not been started yet" in answer.text
    assert 'data-refresh="2"' in answer.text


@pytest.mark.parametrize("rest", ["nope/-1/1", "compress_data/5/1", "compress_data/0/9"])
def test_a_log_that_cannot_be_is_not_found(web: WebClient, jobsite: Jobsite, rest: str) -> None:
    answer = web.get(f"/jobs/{jobsite.failed()}/tasks/{rest}")

    assert answer.status_code == 404
    assert "Not found" in answer.text
