"""The web server under load, beside the published release in its own environment.

    python -m benchmarks.wire [--peer-python PATH] [--rounds 3] [--jobs 50000] [--home FOLDER]

PATH is the Python of an environment with ``aind-data-transfer-service[server]==1.17.2``. Ours
serves a database of that many jobs, the other a fake Airflow of as many runs. Both are asked in
turn, one request after another; what is shown is the median of the rounds. Everything is on
loopback. ``--home`` keeps the filled database for the next time.
"""

import argparse
import itertools
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .service_load import servers
from .service_load.fill import fill
from .service_load.load import Cost, Request, cost, latencies_beside, memory_while, percentile
from .service_load.servers import Server
from .wire_models import request

_SECONDS = 2.0
"""For each measurement; one request at least."""
_STARTS = 3
_V1_LIST = "/api/v1/get_job_status_list"
_V2_PAGE = "/api/v2/jobs?limit=100"
_TEMPLATE = "/api/job_upload_template"

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request, measured by itself."""

    title: str
    request: Request
    heavy: bool = False
    """It takes seconds: ask for it without a warm-up."""
    peer_too: bool = True


def _validate(jobs: int) -> Request:
    body = request(jobs)
    return Request("/api/v1/validate_json", lambda: body)


def _submit(jobs: int) -> Request:
    return Request("/api/v1/submit_jobs", _new_jobs(jobs))


def _new_jobs(jobs: int) -> Callable[[], bytes]:
    """Return what makes requests for jobs that have not been asked for before."""
    body = request(jobs)
    start = datetime.now(UTC).replace(microsecond=0, tzinfo=None)

    def make() -> bytes:
        acquired = start + timedelta(seconds=next(_numbers))
        return body.replace(b"2024-02-19T11:25:17", acquired.isoformat().encode())

    return make


CASES = (
    Case("validate 1 job", _validate(1)),
    Case("validate 50 jobs", _validate(50)),
    Case("validate 1000 jobs", _validate(1000), heavy=True),
    Case("submit 1 job", _submit(1)),
    Case("submit 1000 jobs", _submit(1000), heavy=True),
    Case("V1 list, page of 100", Request(f"{_V1_LIST}?page_limit=100"), peer_too=False),
    Case("V2 list, page of 100", Request(_V2_PAGE), peer_too=False),
    Case("jobs page (HTML)", Request("/jobs"), peer_too=False),
    Case("V1 list, all", Request(_V1_LIST), heavy=True),
)


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer-python", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=50_000)
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as running:
        home = arguments.home or Path(temporary)
        if not (home / "state.db").exists():
            fill(home, arguments.jobs)
        _say(
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}, {os.cpu_count()} CPUs"
        )
        starts = [_start_seconds(home) for _ in range(_STARTS)]
        server = running.enter_context(servers.ours(home))
        peer = None
        if arguments.peer_python:
            peer = running.enter_context(servers.published(arguments.peer_python, arguments.jobs))
        _say(f"ours: start to first answer {statistics.median(starts):.2f} s")
        if peer is not None:
            _say(f"{peer.name}: start to first answer {peer.start_seconds:.2f} s")
        _memory("before", server, peer)
        seconds, growth = memory_while(server, Request(_V1_LIST))
        _say(f"V1 list, all: {seconds:.2f} s, {growth:.0f} MB more memory meanwhile")
        _costs(server, peer, arguments.rounds)
        _beside(server, peer)
        _memory("after", server, peer)


def _costs(server: Server, peer: Server | None, rounds: int) -> None:
    columns = ("CPU ms", "p50 ms", "p99 ms")
    _say(f"load of the machine {os.getloadavg()[0]:.1f}; medians of {rounds} rounds")
    _say(_line("per request", columns, columns if peer else (), ("CPU", "p50") if peer else ()))
    for case in CASES:
        asked = [item for item in (server, peer if case.peer_too else None) if item]
        found: list[list[Cost]] = [[] for _ in asked]
        for _ in range(rounds):
            for costs, item in zip(found, asked, strict=True):
                costs.append(cost(item, case.request, seconds=_SECONDS, warm_up=not case.heavy))
        _say(_row(case.title, [_medians(costs) for costs in found]))


def _row(title: str, found: Sequence[tuple[float, float, float]]) -> str:
    our, *their = found
    shown = [tuple(f"{value:.1f}" for value in values) for values in their]
    ratios = [f"{values[at] / our[at]:.1f}x" for values in their for at in (0, 1)]
    return _line(title, tuple(f"{value:.1f}" for value in our), *shown, ratios)


def _line(title: str, *groups: Sequence[str]) -> str:
    cells = ("".join(f"{cell:>10}" for cell in group) for group in groups)
    return f"{title:<24}" + "  |".join(cells)


def _medians(costs: list[Cost]) -> tuple[float, float, float]:
    return (
        statistics.median(item.cpu_ms for item in costs),
        statistics.median(item.p50_ms for item in costs),
        statistics.median(item.p99_ms for item in costs),
    )


def _beside(server: Server, peer: Server | None) -> None:
    """Say how long quick requests take while 1000 jobs are validated again and again."""
    for item, path, times in (
        (server, _TEMPLATE, 10),
        (server, _V2_PAGE, 10),
        (peer, _TEMPLATE, 1),
    ):
        if item is not None:
            found = latencies_beside(item, Request(path), _validate(1000), times=times)
            median, most = percentile(found, 50), percentile(found, 99)
            _say(
                f"{item.name}: GET {path} while 1000 jobs are validated: p50 {median:.1f},"
                f" p99 {most:.1f}, longest {max(found):.1f} ms ({len(found)} asked)"
            )


def _start_seconds(home: Path) -> float:
    with servers.ours(home) as server:
        return server.start_seconds


def _memory(when: str, *asked: Server | None) -> None:
    for item in asked:
        if item is not None:
            _say(f"{item.name}: {item.megabytes():.0f} MB resident {when} the load")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
