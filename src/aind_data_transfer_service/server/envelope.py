"""What surrounds every request: an id, headers that keep browsers safe, a line in the log."""

import logging
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..identity.visitors import Visitor
from ..logging import log_context
from .failures import unexpected_answer

logger = logging.getLogger(__name__)

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STATIC = "/static/"


class Envelope:
    """Outermost layer of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(6)
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(scope, send, request_id)
        begun = time.perf_counter()
        # Who asks for the head gets the answer's, without its body: servers leave that out.
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        with log_context(request=request_id):
            try:
                await self._app(inner, receive, answer.send)
            except Exception:  # the last place to answer for a defect
                logger.exception("Unexpected failure")
                if not answer.started:
                    await unexpected_answer(scope)(scope, receive, answer.send)
            _log(scope, answer.status, seconds=time.perf_counter() - begun)


class _Answer:
    """Passes an answer on with the headers every answer has."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self._static = scope["path"].startswith(_STATIC)
        self._send = send
        self._request_id = request_id
        self.status = 500
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers["X-Request-Id"] = self._request_id
            headers.setdefault("Cache-Control", "no-cache" if self._static else "no-store")
        await self._send(message)


def _log(scope: Scope, status: int, *, seconds: float) -> None:
    # The raw path, in which control characters are still encoded.
    path = scope.get("raw_path", b"").decode("ascii", "replace") or "/"
    visitor: Visitor | None = scope["state"].get("visitor")
    peer = scope["client"][0] if scope.get("client") else "-"
    client = visitor.by if visitor else peer
    level = logging.DEBUG if path.startswith(_STATIC) else logging.INFO
    logger.log(level, "%s %s %d %.0f ms %s", scope["method"], path, status, seconds * 1000, client)
