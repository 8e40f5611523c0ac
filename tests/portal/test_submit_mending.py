"""Mending rows in place on the submit page."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from .accessibility import check_accessibility
from .conftest import Portal
from .sheets import choose, row, sheet, wait_for_check
from .watched import Watch

pytestmark = pytest.mark.service("chromium")

_HOSTILE = "<img src=x onerror=alert(1)>"
_MANY = 1000
_MOST_ELEMENTS = 4000
"""So that what is drawn again after a check does not grow with the sheet."""


def test_problems_are_at_their_cells_and_said_aloud(page: Page, portal: Portal) -> None:
    page.goto("/")
    choose(page, sheet(row(1, portal.folder("a")), row(2, "/etc")))

    cell = page.get_by_label("modality0.input_source, row 3")
    expect(cell).to_have_attribute("aria-invalid", "true")
    described_by = cell.get_attribute("aria-describedby")
    expect(page.locator(f"#{described_by}")).to_contain_text("/etc")
    expect(page.get_by_role("status").first).to_have_text("1 of 2 rows are ready.")
    page.get_by_role("link", name="F3").click()
    expect(cell).to_be_focused()


def test_what_is_typed_is_checked_without_a_button(page: Page, portal: Portal) -> None:
    page.goto("/")
    choose(page, sheet(row(3, portal.folder("a"), when="yesterday")))
    cell = page.get_by_label("acq_datetime, row 2")

    cell.fill("2024-02-19 11:25")

    expect(page.locator("#verdict")).to_have_text("The row is ready")
    expect(cell).to_be_focused()
    expect(page.get_by_role("status").first).to_have_text("The row is ready.")


def test_a_few_choices_are_offered_as_a_list(page: Page, portal: Portal) -> None:
    page.goto("/")
    choose(page, sheet(row(4, portal.folder("a"), when="03/04/2024 11:00")))

    page.get_by_label("acq_datetime, row 2").focus()
    page.get_by_label("acq_datetime, row 2").select_option("2024-03-04T11:00:00")

    expect(page.locator("#verdict")).to_have_text("The row is ready")
    expect(page.get_by_label("acq_datetime, row 2")).to_have_value("2024-03-04T11:00:00")
    expect(page.get_by_label("acq_datetime, row 2")).to_be_focused()


def test_only_the_newest_answer_counts(page: Page, portal: Portal) -> None:
    page.goto("/")
    choose(page, sheet(row(5, portal.folder("a"))))
    waiting: list[Route] = []
    page.route(f"{portal.url}/", lambda route: _hold(route, waiting))
    cell = page.get_by_label("subject_id, row 2")

    for subject in ("51", "52"):
        with page.expect_request(f"{portal.url}/"):
            cell.fill(subject)
    while len(waiting) < 2:
        page.wait_for_timeout(20)
    waiting[1].continue_()
    expect(page.locator("main")).to_contain_text("behavior_52_")
    waiting[0].abort()

    expect(page.locator("main")).not_to_contain_text("behavior_51_")
    expect(cell).to_have_value("52")
    expect(page.get_by_role("alert")).to_be_empty()


def _hold(route: Route, waiting: list[Route]) -> None:
    waiting.append(route)


def test_it_says_that_it_is_checking(page: Page, portal: Portal) -> None:
    page.goto("/")
    choose(page, sheet(row(55, portal.folder("a"))))
    waiting: list[Route] = []
    page.route(f"{portal.url}/", lambda route: _hold(route, waiting), times=1)

    page.get_by_role("button", name="Check again").click()

    status = page.get_by_role("status").first
    expect(status).to_have_text("Checking …")
    expect(status).to_have_css("opacity", "1")
    waiting[0].continue_()
    expect(status).to_have_css("opacity", "0")
    expect(status).to_have_text("The row is ready.")


def test_what_is_typed_during_a_check_stays(page: Page, portal: Portal) -> None:
    page.goto("/")
    choose(page, sheet(row(6, portal.folder("a"))))
    waiting: list[Route] = []
    page.route(f"{portal.url}/", lambda route: _hold(route, waiting), times=1)
    cell = page.get_by_label("subject_id, row 2")
    with page.expect_request(f"{portal.url}/"):
        cell.fill("61")

    cell.press_sequentially("7", delay=0)
    while not waiting:
        page.wait_for_timeout(20)
    waiting[0].continue_()

    expect(page.locator("main")).to_contain_text("behavior_617_")
    expect(cell).to_have_value("617")


def test_nothing_is_lost_while_the_service_is_away(
    page: Page, portal: Portal, watch: Watch
) -> None:
    page.goto("/")
    choose(page, sheet(row(7, portal.folder("a"))))
    page.route(f"{portal.url}/", lambda route: route.abort(), times=1)
    page.get_by_label("subject_id, row 2").fill("71")
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer")
    watch.forget("net::ERR_FAILED")
    check_accessibility(page)

    page.get_by_role("button", name="Try again").click()

    expect(page.locator("main")).to_contain_text("behavior_71_")
    expect(page.get_by_role("alert")).to_be_empty()


def test_a_refusal_is_explained(page: Page, watch: Watch, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"x" * 20_100_000)
    page.goto("/")
    page.set_input_files("#file", large)

    expect(page.get_by_role("alert")).to_contain_text("at most 20,000,000 are allowed")
    watch.forget("status of 413")


def test_rows_are_mended_by_keyboard_alone(page: Page, portal: Portal) -> None:
    page.goto("/")
    rows = [row(80, portal.folder("a"), project="Ephys Platfrom"), row(81, portal.folder("b"))]
    choose(page, sheet(*rows))
    page.get_by_role("link", name="Skip to the content").focus()
    page.keyboard.press("Enter")

    def tab_to(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.locator(selector).evaluate("it => it === document.activeElement"):
                return
        pytest.fail(f"{selector} cannot be reached")

    tab_to(".problems .mend")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_have_text("All 2 rows are ready")
    expect(page.locator("#verdict")).to_be_focused()
    tab_to("#D2")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.type("5")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#D2")).to_be_focused()
    expect(page.locator("main")).to_contain_text("behavior_815_")
    wait_for_check(page)
    tab_to("#row-2 [data-dialog]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#row-2 [data-dialog]")).to_be_focused()
    tab_to("[data-submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/submissions/*")


def test_a_cell_is_text_whatever_is_in_it(page: Page, portal: Portal) -> None:
    page.goto("/")
    cells = row(9, portal.folder("a"), project=_HOSTILE, platform=_HOSTILE)
    choose(page, sheet(cells), name=f"{_HOSTILE}.csv")
    page.get_by_label("subject_id, row 2").fill(_HOSTILE)
    expect(page.get_by_label("subject_id, row 2")).to_have_attribute("aria-invalid", "true")

    expect(page.locator("main img")).to_have_count(0)
    expect(page.locator(".counts")).to_contain_text(_HOSTILE)


def test_of_a_thousand_rows_a_page_is_shown(page: Page, portal: Portal) -> None:
    page.goto("/")
    source = portal.folder("many")
    rows = [
        row(n, source, project="Ephys Platfrom" if n % 7 == 0 else "Ephys Platform")
        for n in range(1000, 1000 + _MANY)
    ]
    rows[-1][1] = "behaviour"
    choose(page, sheet(*rows))
    assert page.locator(".sheet tbody").count() == 50

    page.get_by_role("button", name="in all 143").click()
    expect(page.locator("#verdict")).to_have_text("999 of 1,000 rows are ready")
    page.get_by_role("button", name="B1001").click()
    expect(page.get_by_label("platform, row 1001")).to_be_focused()
    page.get_by_label("platform, row 1001").select_option("behavior")
    expect(page.locator("#verdict")).to_have_text("All 1,000 rows are ready")
    assert page.locator("*").count() < _MOST_ELEMENTS


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_whole_on_any_screen(page: Page, portal: Portal, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    choose(
        page,
        sheet(
            row(91, portal.folder("a")),
            row(92, portal.folder("a"), platform="behaviour", when="03/04/2024 11:00"),
            row(93, portal.share / "not_there_yet"),
        ),
    )

    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_reader_chooses_dark(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.get_by_role("button", name="Change between light and dark").click()
    page.reload()

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    check_accessibility(page)
