"""The jobs in the browser: a failure is mended and retried, jobs are cancelled, many at once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .accessibility import check_accessibility
from .conftest import PROJECT, Portal

pytestmark = pytest.mark.service("chromium")

_DONE_WITHIN_MS = 60_000
_LARGE_BYTES = 8_000_000_000


def _submit(page: Page, subject: str, source: Path) -> str:
    """Submit a session by the API and return the job's id."""
    job = {
        "project_name": PROJECT,
        "platform": "behavior",
        "subject_id": subject,
        "acq_datetime": "2024-02-19T11:25:17",
        "modalities": [{"modality": "behavior", "source": str(source)}],
        "s3_bucket": "private",
    }
    answer = page.request.post("/api/v1/submit_jobs", data={"upload_jobs": [job]})
    assert answer.ok, answer.text()
    job_id: str = answer.json()["data"]["responses"][0]["job_id"]
    return job_id


def _broken(portal: Portal, name: str) -> tuple[Path, Path]:
    """Return a folder that cannot be uploaded, and the link in it that leads nowhere."""
    folder = portal.folder(name)
    link = folder / "video.mp4"
    link.symlink_to(folder / "not there")
    return folder, link


@pytest.fixture
def large(portal: Portal) -> Iterator[Path]:
    """A folder that takes a while to upload."""
    folder = portal.folder("large")
    with (folder / "movie.bin").open("wb") as file:
        file.truncate(_LARGE_BYTES)
    yield folder
    (folder / "movie.bin").unlink()


def test_a_failed_job_is_mended_and_retried(page: Page, portal: Portal) -> None:
    folder, link = _broken(portal, "broken")
    page.goto(f"/jobs/{_submit(page, 'mend', folder)}")

    retry = page.get_by_role("button", name="Retry from here")
    retry.wait_for(timeout=_DONE_WITHIN_MS)
    expect(page.locator(".failure")).to_contain_text("video.mp4")
    check_accessibility(page)
    link.unlink()
    retry.click()

    expect(page).to_have_title(re.compile("success"), timeout=_DONE_WITHIN_MS)
    expect(page.locator("main")).to_contain_text("run 2")
    check_accessibility(page)
    page.get_by_role("link", name="Log of Check the sources, attempt 1, failed").click()
    expect(page.locator("pre.log")).to_contain_text("video.mp4")
    check_accessibility(page)
    page.go_back()
    page.get_by_role("link", name=re.compile("files, ")).click()
    expect(page.locator(".tree.top")).to_contain_text("data.csv")
    check_accessibility(page)


def test_a_running_job_is_cancelled_after_the_word(page: Page, large: Path) -> None:
    page.goto(f"/jobs/{_submit(page, 'cancel', large)}")
    expect(page.locator(".state-line")).to_contain_text("running", timeout=_DONE_WITHIN_MS)
    page.get_by_text("Cancel…").click()
    check_accessibility(page)

    page.get_by_role("button", name="Cancel this job").click()
    expect(page.get_by_label("Type cancel to confirm")).to_be_focused()
    page.get_by_label("Type cancel to confirm").fill("cancel")
    page.get_by_role("button", name="Cancel this job").click()

    expect(page).to_have_title(re.compile("cancelled"), timeout=_DONE_WITHIN_MS)
    check_accessibility(page)


def test_several_jobs_are_retried_at_once(page: Page, portal: Portal) -> None:
    broken = [_broken(portal, f"several{number}") for number in range(3)]
    for number, (folder, _) in enumerate(broken):
        _submit(page, f"several{number}", folder)
    page.goto("/jobs?search=several")
    expect(page.locator("tbody .state-failed")).to_have_count(3, timeout=_DONE_WITHIN_MS)
    for _, link in broken:
        link.unlink()

    page.get_by_label("Select all jobs shown").check()
    expect(page.locator(".chosen")).to_have_text("3 selected")
    check_accessibility(page)
    page.get_by_role("button", name="Retry…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Retry 3 jobs?")
    check_accessibility(page)
    page.get_by_role("button", name="Retry 3 jobs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Done")
    check_accessibility(page)

    page.goto("/jobs?search=several")
    expect(page.locator("tbody .state-success")).to_have_count(3, timeout=_DONE_WITHIN_MS)


def test_filters_take_effect_at_once_and_are_in_the_address(page: Page, portal: Portal) -> None:
    for subject in ("filter1", "filter2"):
        _submit(page, subject, portal.folder(subject))
    page.goto("/jobs")

    page.get_by_label("Search").press_sequentially("filter2")
    expect(page.locator("table.jobs tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("search=filter2"))
    expect(page.get_by_label("Search")).to_be_focused()
    page.get_by_label("Platform", exact=True).select_option("behavior")
    expect(page).to_have_url(re.compile("platform=behavior"))
    page.get_by_role("link", name=re.compile("^Cancelled")).click()
    expect(page.locator(".empty")).to_contain_text("No job is like that")
    page.go_back()
    expect(page.locator("table.jobs tbody tr")).to_have_count(1)
    page.reload()
    expect(page.locator("table.jobs tbody tr")).to_have_count(1)


def test_what_is_selected_stays_when_new_jobs_come(page: Page, portal: Portal) -> None:
    _submit(page, "stays1", portal.folder("stays1"))
    page.goto("/jobs?search=stays")
    box = page.get_by_label(re.compile("Select behavior_stays1"))
    box.check()

    _submit(page, "stays2", portal.folder("stays2"))

    expect(page.locator("table.jobs tbody tr")).to_have_count(2)
    expect(box).to_be_checked()
    expect(page.locator("input[name=job]:checked")).to_have_count(1)


def test_a_log_grows_while_it_is_read(page: Page, large: Path) -> None:
    job_id = _submit(page, "log", large)
    page.goto(f"/jobs/{job_id}/tasks/upload_data_to_s3/-1/1")
    log = page.locator("pre.log")
    log.wait_for(timeout=_DONE_WITHIN_MS)
    before = log.inner_text()

    page.request.post(f"/api/v2/jobs/{job_id}/cancel")

    expect(page.locator(".state-line")).to_contain_text("cancelled", timeout=_DONE_WITHIN_MS)
    assert log.inner_text().startswith(before)
