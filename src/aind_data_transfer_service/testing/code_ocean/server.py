"""The fake Code Ocean's HTTP server: its routes, its answers, and what goes wrong."""

import base64
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, quote, urlsplit

from .faults import Fault, Faults
from .world import Json, Refusal, World

_API = "/api/v1/"
_FILES = "/files/"
Answer = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request the server got."""

    method: str
    path: str
    body: Any


class FakeCodeOcean:
    """A Code Ocean server at ``url``, as a context.

    ``world`` is what it holds. What is asked of it is in ``asked``, in order.
    """

    def __init__(self, *, token: str = "cop_of-a-test", port: int = 0) -> None:  # noqa: S107 - for tests only
        self.token = token
        self.world = World()
        self.asked: list[Asked] = []
        self._faults = Faults()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fail(self, *faults: Fault) -> None:
        """Let requests go wrong."""
        self._faults.add(faults)

    def mend(self) -> None:
        """Let no more requests go wrong."""
        self._faults.clear()

    def count(self, method: str, path: str) -> int:
        """Return how many requests of a kind it got; ``path`` is a pattern."""
        return sum(
            asked.method == method and bool(re.fullmatch(path, asked.path)) for asked in self.asked
        )

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(
        self, method: str, target: str, headers: Any, body: Json
    ) -> tuple[int, bytes] | None:
        """Return what is answered; None: nothing, the connection is dropped."""
        parts = urlsplit(target)
        if parts.path.startswith(_FILES):
            return self._file(parts.path.removeprefix(_FILES))
        path = parts.path.removeprefix(_API)
        self.asked.append(Asked(method, path, body))
        fault = self._faults.next(method, path)
        if fault is not None:
            time.sleep(fault.delay_seconds)
        if fault is None or fault.carried_out:
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, content = self._right_answer(method, path, headers, body, query)
        if fault is not None and not (fault.carried_out and fault.status == 200):
            status, content = _wrong_answer(fault)
        return (status, content) if status else None

    def _right_answer(
        self, method: str, path: str, headers: Any, body: Json, query: dict[str, str]
    ) -> tuple[int, bytes]:
        expected = base64.b64encode(f"{self.token}:".encode()).decode()
        if headers.get("Authorization") != f"Basic {expected}":
            return _json(401, {"message": "unauthorized"})
        for wanted, pattern, route in self._routes(body, query):
            found = re.fullmatch(pattern, path)
            if wanted == method and found:
                try:
                    return _json(200, route(*found.groups()))
                except Refusal as refusal:
                    return _json(refusal.status, {"message": refusal.message})
        return _json(404, {"message": "no such route"})

    def _routes(self, body: Json, query: dict[str, str]) -> list[tuple[str, str, Answer]]:
        world, one = self.world, "([^/]+)"
        return [
            ("POST", "data_assets", lambda: world.create_asset(body)),
            ("POST", "data_assets/search", lambda: world.search(body)),
            ("GET", f"data_assets/{one}", world.asset),
            ("POST", f"data_assets/{one}/permissions", lambda a: world.permit(a, body)),
            ("POST", "computations", lambda: world.start_run(body)),
            ("GET", f"computations/{one}", world.run),
            ("DELETE", f"computations/{one}", world.delete_run),
            ("POST", f"computations/{one}/results", self._results),
            ("GET", f"computations/{one}/results/download_url", lambda r: self._link(r, query)),
            ("GET", f"computations/{one}/results/urls", lambda r: self._links(r, query)),
            ("GET", f"(capsule|pipeline)s/{one}", world.place),
            ("GET", f"(capsule|pipeline)s/{one}/computations", world.runs_of),
        ]

    def _results(self, run_id: str) -> Json:
        files = self.world.result_files(run_id)
        return {
            "items": [
                {"name": name, "path": name, "type": "file", "size": len(content)}
                for name, content in files.items()
            ]
        }

    def _link(self, run_id: str, query: dict[str, str]) -> Json:
        name = query.get("path", "")
        if name not in self.world.result_files(run_id):
            raise Refusal(404, "file not found")
        return {"url": f"{self.url}{_FILES}{run_id}/{quote(name)}"}

    def _links(self, run_id: str, query: dict[str, str]) -> Json:
        url = self._link(run_id, query)["url"]
        return {"download_url": url, "view_url": url}

    def _file(self, path: str) -> tuple[int, bytes]:
        run_id, _, name = path.partition("/")
        return 200, self.world.result_files(run_id)[name]


def _json(status: int, value: Any) -> tuple[int, bytes]:
    return status, b"" if value is None else json.dumps(value).encode()


def _wrong_answer(fault: Fault) -> tuple[int, bytes]:
    if fault.status is None:
        return 0, b""
    if fault.body is not None:
        return fault.status, fault.body.encode()
    return _json(fault.status, {"message": f"fault {fault.status}"})


def _handler(fake: FakeCodeOcean) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer: else the kernel waits between two

        def _serve(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(content) if content else {}
            answer = fake.answer(self.command, self.path, self.headers, body)
            if answer is None:
                self.close_connection = True
                return
            status, content = answer
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - names the base class calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
            """Keep quiet."""

    return Handler
