"""Says in every V1 answer that V1 has a successor, and where."""

from datetime import UTC, datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import JOBS, LOGS, SUBMIT, TASKS, VALIDATE

_PREFIX = "/api/v1/"
_SINCE = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp())
_GUIDE = "/docs"
_SUCCESSORS = {
    VALIDATE: "/api/v2/validate_json",
    SUBMIT: "/api/v2/submit_jobs",
    JOBS: "/api/v2/jobs",
    TASKS: "/api/v2/jobs",
    LOGS: "/api/v2/jobs",
}
_PARAMETERS = f"{_PREFIX}parameters"


class Deprecation:
    """Adds the headers ``Deprecation`` (RFC 9745) and ``Link`` (RFC 8288)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            await self._app(scope, receive, send)
            return
        link = _link(scope["path"])

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Deprecation"] = f"@{_SINCE}"
                headers["Link"] = link
            await send(message)

        await self._app(scope, receive, send_marked)


def _link(path: str) -> str:
    """Return where the successor is and where one can read about it."""
    successor = _SUCCESSORS.get(path)
    if path.startswith(_PARAMETERS):
        successor = "/api/v2/parameters"
    links = [] if successor is None else [f'<{successor}>; rel="successor-version"']
    return ", ".join([*links, f'<{_GUIDE}>; rel="deprecation"; type="text/html"'])
