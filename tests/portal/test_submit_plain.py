"""The submit page in a browser without scripts."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import Portal
from .sheets import row, sheet

pytestmark = [
    pytest.mark.service("chromium"),
    pytest.mark.parametrize("context", [False], indirect=True),
]


def test_rows_are_checked_mended_and_submitted(page: Page, portal: Portal) -> None:
    page.goto("/")
    text = sheet(
        row(1, portal.folder("a"), project="Ephys Platfrom"),
        row(2, portal.folder("b"), when="yesterday"),
    )
    expect(page.get_by_text("Drop a spreadsheet here")).to_be_hidden()
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "", "buffer": text.encode()})
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("#verdict")).to_have_text("No row is ready yet")

    page.locator(".problems").get_by_role("button", name="Use “Ephys Platform”").click()
    expect(page.locator("#verdict")).to_have_text("1 of 2 rows are ready")
    cell = page.get_by_label("acq_datetime, row 3")
    cell.fill("2024-02-20T10:00:00")
    cell.press("Enter")
    expect(page.locator("#verdict")).to_have_text("All 2 rows are ready")
    with page.expect_popup() as plan:
        page.get_by_role("button", name="What will happen with row 3").click()
    heading = plan.value.get_by_role("heading", level=1)
    expect(heading).to_have_text("behavior_2_2024-02-20_10-00-00")
    page.get_by_label("E-mail").fill("me@example.org")
    page.get_by_role("button", name="Submit 2 jobs").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("2 jobs submitted")
    expect(page.get_by_role("link", name="behavior_2_2024-02-20_10-00-00")).to_be_visible()


def test_rows_are_typed(page: Page, portal: Portal) -> None:
    page.goto("/")
    page.get_by_text("Type or paste rows").click()

    page.get_by_label("Rows with their headings").fill(sheet(row(3, portal.folder("c"))))
    page.get_by_role("button", name="Check these rows").click()

    expect(page.locator("#verdict")).to_have_text("The row is ready")
