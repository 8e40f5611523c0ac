"""From the template to data in the bucket, by the submit page."""

import re
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, Route, expect

from aind_data_transfer_service.testing.sample_session import SampleSession, make_sample_session

from .accessibility import check_accessibility
from .conftest import PROJECT, Portal
from .sheets import choose, drop, paste, row, sheet, wait_for_check
from .watched import Watch

pytestmark = pytest.mark.service("chromium")

_DONE_WITHIN_MS = 90_000


def _fill_in(template: Path, session: SampleSession) -> None:
    """Write a session over the example rows, with two mistakes."""
    book = load_workbook(template)
    jobs = book.worksheets[0]
    columns = {str(cell.value): place for place, cell in enumerate(jobs[1], start=1)}
    if jobs.max_row > 1:
        for cells in jobs.iter_rows(min_row=2, max_row=jobs.max_row):
            for cell in cells:
                cell.value = None
    values: dict[str, str | int | datetime] = {
        "project_name": "Ephys Platfrom",
        "platform": "ecephys",
        "acq_datetime": session.acq_datetime,
        "subject_id": 690165,
        "metadata_dir": str(session.metadata),
        "modality0": "behavior",
        "modality0.input_source": str(session.behavior),
        "modality1": "behavior-videos",
        "modality1.input_source": f"{session.behavior_videos}_typo",
    }
    for heading, value in values.items():
        jobs.cell(2, columns[heading], value)
    book.save(template)


def _start_submitting(page: Page) -> None:
    page.locator("[data-submit]").click()
    page.wait_for_url("**/submissions/*")


def _total_jobs(page: Page) -> int:
    return int(page.request.get("/api/v2/jobs").json()["total"])


def test_from_the_template_to_the_bucket(page: Page, portal: Portal, tmp_path: Path) -> None:
    session = make_sample_session(portal.share, seconds=0.5, channels=16)
    page.goto("/")
    check_accessibility(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Job Submit Template").click()
    template = tmp_path / download.value.suggested_filename
    download.value.save_as(template)
    _fill_in(template, session)

    drop(page, template)

    expect(page.locator("#verdict")).to_contain_text("not ready")
    check_accessibility(page)
    with page.expect_download() as checked:
        page.get_by_role("button", name="Download with comments").click()
    assert checked.value.suggested_filename == "job_upload_template-checked.xlsx"
    marked = load_workbook(BytesIO(checked.value.path().read_bytes()))
    assert marked.sheetnames[0] == load_workbook(template).sheetnames[0]
    page.get_by_role("button", name=f"Use “{PROJECT}”").first.click()
    expect(page.locator("#verdict")).to_contain_text("The row is ready")
    expect(page.locator(".problems")).to_contain_text("behavior_videos_typo")
    page.get_by_label("modality1.input_source, row 2").fill(str(session.behavior_videos))
    expect(page.locator(".problems")).to_have_count(0)
    check_accessibility(page)

    page.get_by_role("button", name="What will happen").click()
    expect(page.get_by_role("dialog")).to_contain_text("Verify every object")
    check_accessibility(page)
    page.get_by_role("button", name="Close").click()

    page.get_by_label("E-mail").fill("scientist@example.org")
    page.get_by_label("END").check()
    _start_submitting(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("1 job submitted")
    check_accessibility(page)
    expect(page.locator("main")).to_contain_text("All have ended well", timeout=_DONE_WITHIN_MS)
    page.get_by_role("link", name=re.compile("690165")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ecephys_690165_2024-02-19")
    asset = next((portal.home / "buckets").glob("*/ecephys_690165_2024-02-19_11-25-17"))
    assert (asset / "behavior-videos").is_dir()


def test_rows_from_excel_are_pasted(page: Page, portal: Portal) -> None:
    page.goto("/")

    paste(page, sheet(row(1, portal.folder("a")), row(2, portal.folder("b")), delimiter="\t"))

    expect(page.locator("#verdict")).to_have_text("All 2 rows are ready")


def test_a_double_click_submits_once(page: Page, portal: Portal) -> None:
    page.goto("/")
    choose(page, sheet(row(20, portal.folder("twice"))))
    before = _total_jobs(page)

    page.locator("[data-submit]").dblclick()
    page.wait_for_url("**/submissions/*")

    assert _total_jobs(page) == before + 1


def test_submitting_again_after_a_lost_answer_leads_to_the_same_jobs(
    page: Page, portal: Portal, watch: Watch
) -> None:
    page.goto("/")
    choose(page, sheet(row(21, portal.folder("back"))))
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url))
    # The answer to the first click is lost on its way.
    lost = iter([True, False])
    page.route(
        "**/submit", lambda route: _submit_but_lose(route) if next(lost) else route.continue_()
    )
    before = _total_jobs(page)

    page.locator("[data-submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/submissions/*")
    watch.forget("net::ERR_FAILED")

    assert sum(url.endswith("/submit") for url in posted) == 2
    assert _total_jobs(page) == before + 1
    page.reload()
    assert _total_jobs(page) == before + 1


def _submit_but_lose(route: Route) -> None:
    route.fetch(max_redirects=0)
    route.abort()


def test_a_reload_keeps_the_rows_as_they_were_mended(page: Page, portal: Portal) -> None:
    page.goto("/")
    choose(page, sheet(row(30, portal.folder("kept"))))
    page.get_by_label("subject_id, row 2").fill("31")
    expect(page.locator("main")).to_contain_text("behavior_31")
    wait_for_check(page)

    page.reload()

    expect(page.get_by_label("subject_id, row 2")).to_have_value("31")
    page.get_by_role("link", name="Start over").click()
    expect(page.locator("#verdict")).to_have_count(0)


def test_good_rows_go_ahead_without_the_bad_one(page: Page, portal: Portal) -> None:
    page.goto("/")
    good = [row(subject, portal.folder(f"good{subject}")) for subject in (40, 41)]
    choose(page, sheet(*good, row(42, portal.folder("bad"), platform="nonsense")))

    page.get_by_role("button", name="Submit the 2 good rows, leave out 1").click()
    page.wait_for_url("**/submissions/*")

    expect(page.get_by_role("heading", level=1)).to_have_text("2 jobs submitted")


def test_the_address_is_remembered(page: Page, portal: Portal) -> None:
    page.goto("/")
    choose(page, sheet(row(50, portal.folder("mail"))))
    page.get_by_label("E-mail").fill("me@example.org")
    page.get_by_label("RETRY").check()
    page.get_by_label("RETRY").blur()

    page.evaluate("sessionStorage.clear()")
    page.goto("/")
    choose(page, sheet(row(51, portal.folder("mail"))))

    expect(page.get_by_label("E-mail")).to_have_value("me@example.org")
    expect(page.get_by_label("RETRY")).to_be_checked()
    expect(page.get_by_label("BEGIN")).not_to_be_checked()


def test_an_address_that_is_none_is_not_sent(page: Page, portal: Portal) -> None:
    page.goto("/")
    choose(page, sheet(row(52, portal.folder("mail"))))
    page.get_by_label("E-mail").fill("nobody")

    page.locator("[data-submit]").click()

    expect(page.get_by_label("E-mail")).to_be_focused()
    assert page.url.endswith("/")
