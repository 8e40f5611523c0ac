"""Every page, in light and dark, wide and as on a phone: no barrier, and nothing sticks out."""

from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page

from .accessibility import check_accessibility
from .watched import Watch

pytestmark = pytest.mark.service("chromium")

_PAGES = [
    "/jobs",
    "/jobs?search=nothing",
    "/job_params",
    "/job_params/new",
    "/job_params/v2/ecephys/modality_transformation_settings/ecephys",
    "/project_names",
    "/about",
    "/docs",
    "/login",
    "/jobs/nope",
]


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "dark"), (390, "light"), (1280, "light"), (1280, "dark")]
)
def test_pages_have_no_barrier(
    page: Page, watch: Watch, width: int, scheme: Literal["light", "dark"]
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for address in _PAGES:
        page.goto(address)
        check_accessibility(page)
        wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wider, f"{address} sticks out at {width}"
    watch.faults = [fault for fault in watch.faults if "/jobs/nope" not in fault]


def test_pages_work_without_scripts(context: BrowserContext, page: Page) -> None:
    browser = context.browser
    assert browser is not None
    page.goto("/jobs")
    plain = browser.new_context(base_url=page.url, java_script_enabled=False)
    bare = plain.new_page()
    bare.goto("/jobs")
    bare.get_by_label("Search").fill("nothing like this")
    bare.get_by_role("button", name="Show").click()

    assert "No job is like that" in bare.inner_text("main")
    plain.close()
