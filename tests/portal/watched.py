"""A browser's pages that fail the test on what a reader would not see: errors and other hosts."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of \d+")
_LOCAL_SCHEMES = ("about", "blob", "data")


class Watch:
    """Notes what goes wrong in the pages of a browser context."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._own = urlsplit(url).netloc
        self.faults: list[str] = []
        context.on("page", self._add)
        context.on("request", self._look_at)

    def forget(self, text: str) -> None:
        """Take back the one fault that the test has brought about itself."""
        self.faults.remove(next(fault for fault in self.faults if text in fault))

    def _add(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))

    def _look_at(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in _LOCAL_SCHEMES and address.netloc != self._own:
            self.faults.append(f"asked another host: {request.url}")

    def _hear(self, message: ConsoleMessage) -> None:
        """Chromium reports violations of the Content-Security-Policy here as well."""
        if message.type not in ("error", "warning") or self._is_answer_of_api(message):
            return
        self.faults.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _is_answer_of_api(self, message: ConsoleMessage) -> bool:
        """Whether the browser only tells that the API refused something, as it should."""
        path = urlsplit(message.location["url"]).path
        return path.startswith("/api/") and _REFUSED.match(message.text) is not None
