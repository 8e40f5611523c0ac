"""What sites put before slurmrestd: a server that speaks HTTPS and passes requests on."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

from ..certificate import HOST

_PASSED_ON = ("X-SLURM-USER-NAME", "X-SLURM-USER-TOKEN", "Content-Type")


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing of clients that do not trust it and hang up."""


@contextmanager
def https_front(url: str, context: ssl.SSLContext) -> Iterator[str]:
    """Serve what is at ``url``, and yield where."""

    class Front(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def do_DELETE(self) -> None:
            self._pass_on()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Print nothing."""

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
            answer = client.request(self.command, self.path, content=body, headers=headers)
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

    with (
        httpx.Client(base_url=url, timeout=30) as client,
        _Server(("127.0.0.1", 0), Front) as server,
    ):
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://{HOST}:{server.server_address[1]}"
        server.shutdown()
