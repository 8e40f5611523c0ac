"""What the browser tests rely on: that faults are seen."""

import pytest
from playwright.sync_api import Page

from .accessibility import check_accessibility
from .watched import Watch

pytestmark = pytest.mark.service("chromium")


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("setTimeout(() => { throw new Error('broken'); })", "uncaught: broken"),
        ("console.error('broken')", "console error: broken"),
        ("document.body.setAttribute('style', 'color: red')", "Content Security Policy"),
        ("fetch('http://example.org/').catch(() => {})", "Content Security Policy"),
        ("fetch('/nope')", "status of 404"),
        ("location.href = 'http://example.org/'", "asked another host: http://example.org/"),
    ],
)
def test_faults_are_seen(page: Page, watch: Watch, script: str, fault: str) -> None:
    page.goto("/")
    page.evaluate(f"() => {{ {script} }}")
    while not watch.faults:
        page.wait_for_timeout(20)

    assert fault in watch.faults[0]
    watch.faults.clear()


def test_what_the_api_refuses_is_no_fault(page: Page, watch: Watch) -> None:
    page.goto("/")
    with page.expect_event("console"):
        page.evaluate("fetch('/api/v2/jobs/nope')")

    assert not watch.faults


def test_barriers_are_seen(page: Page) -> None:
    page.goto("/")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")

    with pytest.raises(AssertionError, match="button-name"):
        check_accessibility(page)
