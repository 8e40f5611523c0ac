"""Asks a server and measures what it took."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection

from .servers import Server

_TIMEOUT_SECONDS = 120
_JSON = {"Content-Type": "application/json"}
_LOOK_EVERY_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask for."""

    path: str
    body: Callable[[], bytes] | None = None
    """Makes the body of a POST; None: a GET."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request took, out of many."""

    count: int
    cpu_ms: float
    """CPU time of the server per request."""
    p50_ms: float
    p99_ms: float


class Client:
    """One connection to a server."""

    def __init__(self, server: Server) -> None:
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=_TIMEOUT_SECONDS)

    def ask(self, request: Request) -> bytes:
        """Return the answer's body, which must be a good one."""
        if request.body is None:
            self._connection.request("GET", request.path)
        else:
            self._connection.request("POST", request.path, request.body(), _JSON)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{request.path}: {answer.status} {content[:500]!r}")
        return content

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def cost(server: Server, request: Request, *, seconds: float, warm_up: bool = True) -> Cost:
    """Ask for the same again and again, one after another, for a while; once at least."""
    client = Client(server)
    if warm_up:
        client.ask(request)
    latencies: list[float] = []
    cpu, end = server.cpu_seconds(), time.perf_counter() + seconds
    while time.perf_counter() < end or not latencies:
        latencies.append(_milliseconds(client, request))
    cpu = server.cpu_seconds() - cpu
    client.close()
    return Cost(
        count=len(latencies),
        cpu_ms=cpu / len(latencies) * 1000,
        p50_ms=percentile(latencies, 50),
        p99_ms=percentile(latencies, 99),
    )


def latencies_beside(
    server: Server, request: Request, heavy: Request, *, times: int
) -> list[float]:
    """Return milliseconds of requests sent while heavy ones are worked on, one after another."""
    done = threading.Event()

    def work() -> None:
        client = Client(server)
        for _ in range(times):
            client.ask(heavy)
        client.close()
        done.set()

    client = Client(server)
    client.ask(request)
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(_LOOK_EVERY_SECONDS)
    latencies = []
    while not done.is_set():
        latencies.append(_milliseconds(client, request))
        time.sleep(_LOOK_EVERY_SECONDS)
    thread.join()
    client.close()
    return latencies


def memory_while(server: Server, request: Request) -> tuple[float, float]:
    """Return the seconds one request took and the megabytes the server grew by meanwhile."""
    before = peak = server.megabytes()
    done = threading.Event()

    def look() -> None:
        nonlocal peak
        while not done.wait(_LOOK_EVERY_SECONDS):
            peak = max(peak, server.megabytes())

    thread = threading.Thread(target=look)
    thread.start()
    client = Client(server)
    seconds = _milliseconds(client, request) / 1000
    client.close()
    done.set()
    thread.join()
    return seconds, peak - before


def percentile(values: list[float], rank: int) -> float:
    """Return the value that this percentage of values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, rank * len(ordered) // 100)]


def _milliseconds(client: Client, request: Request) -> float:
    begun = time.perf_counter()
    client.ask(request)
    return (time.perf_counter() - begun) * 1000
