"""A web server that takes webhooks, as somebody else's would."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What has come, and what is answered next."""

    url: str
    requests: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """Answered in turn; 204 after the last."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.requests.append(Received(self.path, headers, body))
            self.send_response(state.statuses.pop(0) if state.statuses else 204)
            self.send_header("location", f"{state.url}elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the tests' output short."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state = Receiver(f"http://localhost:{server.server_port}/")
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
