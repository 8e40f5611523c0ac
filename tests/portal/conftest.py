"""A real service and a real browser: ``pytest --service chromium=/usr/bin/chromium``."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from aind_data_transfer_service.cli.demonstration.service import demo_service

from ..conftest import find_service
from .watched import Watch

PATIENCE_MS = 30_000
PROJECT = "Ephys Platform"

_OFFLINE = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
]


@dataclass(frozen=True, slots=True)
class Portal:
    """A running service, and the share whose folders it may upload."""

    url: str
    home: Path
    share: Path

    def folder(self, name: str) -> Path:
        """Return a folder of the share with one small file."""
        folder = self.share / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "data.csv").write_text("1,2\n")
        return folder


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Debian's Chromium, which reaches this machine only.

    It lives as long as a module, not longer: Playwright keeps an event loop running in its
    thread, and tests of other modules start their own.
    """
    path = find_service(request)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=_OFFLINE, chromium_sandbox=os.getuid() != 0
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def portal(
    browser: Browser,  # noqa: ARG001 - no service without a browser
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    """The whole service, with a worker."""
    folder = tmp_path_factory.mktemp("portal")
    share = folder / "share"
    share.mkdir()
    arguments = ["--source-root", str(share), "--project-name", PROJECT]
    with demo_service(folder / "home", log=folder / "up.log", arguments=arguments) as service:
        yield Portal(service.url, folder / "home", share)


@pytest.fixture
def context(
    browser: Browser, portal: Portal, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """A browser of its own for one test, which has never been at the portal.

    A test may ask for one without scripts: ``@pytest.mark.parametrize("context", [False],
    indirect=True)``.
    """
    context = browser.new_context(
        base_url=portal.url,
        java_script_enabled=getattr(request, "param", True),
        locale="en-GB",
        timezone_id="America/Los_Angeles",
        reduced_motion="reduce",
        viewport={"width": 1280, "height": 900},
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def watch(context: BrowserContext, portal: Portal) -> Iterator[Watch]:
    """What goes wrong in the browser; the test fails if anything is left of it."""
    watch = Watch(context, portal.url)
    yield watch
    assert not watch.faults, "\n".join(watch.faults)


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:  # noqa: ARG001 - pages are watched
    """A page in the test's browser."""
    return context.new_page()
