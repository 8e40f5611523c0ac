"""An administrator changes a preset in the browser, and takes it back."""

import pytest
from playwright.sync_api import Page, expect

from .accessibility import check_accessibility
from .watched import Watch

pytestmark = pytest.mark.service("chromium")


def test_a_preset_is_edited_and_restored(page: Page, watch: Watch) -> None:
    page.goto("/job_params")
    page.get_by_role("link", name="default, upload_data_to_s3, v2").click()
    page.get_by_text("Edit", exact=True).click()
    check_accessibility(page)
    page.get_by_role("textbox", name="JSON").fill('{"job_setings": {}}')
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Did you mean 'job_settings'?")
    assert all("status of 406" in fault for fault in watch.faults)
    watch.faults.clear()
    check_accessibility(page)

    page.get_by_role("textbox", name="JSON").fill('{"job_settings": {"concurrency": 24}}')
    page.get_by_label("Why").fill("a faster network")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".history")).to_contain_text("a faster network")
    expect(page.locator(".diff .added")).to_contain_text('"concurrency": 24')
    check_accessibility(page)

    page.get_by_role("button", name="Restore what was before change 1").click()
    expect(page.locator(".history")).to_contain_text("As before change 1")
    expect(page.locator("pre[data-copy]")).to_contain_text('"concurrency": 8')
    page.get_by_role("link", name="Compare what was before with now").last.click()
    expect(page.get_by_role("heading", name="From before change 1 to now")).to_be_visible()
    check_accessibility(page)
