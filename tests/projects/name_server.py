"""A small HTTP server that answers as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class NameServer(ThreadingHTTPServer):
    """Answers every GET with ``status`` and ``parts``, waiting for ``go`` before each part."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.parts: list[bytes] = []
        self.go = threading.Event()
        self.go.set()
        self.cut = False
        """Promise more than is sent."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/names"

    def answer(self, text: str | bytes, status: int = 200) -> None:
        self.parts = [text.encode() if isinstance(text, str) else text]
        self.status = status

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not wait is no fault."""


class _Handler(BaseHTTPRequestHandler):
    server: NameServer

    def do_GET(self) -> None:
        server = self.server
        length = sum(map(len, server.parts)) + (10 if server.cut else 0)
        self.send_response(server.status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        for part in server.parts:
            server.go.wait(30)
            self.wfile.write(part)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del code, size


@contextmanager
def name_server() -> Iterator[NameServer]:
    """Run the server on a free port."""
    server = NameServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.go.set()
        server.shutdown()
        thread.join()
        server.server_close()
