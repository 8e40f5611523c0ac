"""The services the published release leans on, as little of them as the benchmark needs.

``python fakes.py PORT RUNS``: project names, and an Airflow with that many runs, on loopback.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROJECT_NAMES = ["Ephys Platform", "Behavior Platform", "Brain Computer Interface"]
_STATES = ("success", "success", "success", "failed")
_WINDOW = timedelta(days=13)
_PAGE = 100
"""Airflow's own limit."""


def runs(count: int) -> list[dict[str, Any]]:
    """Return Airflow's runs of the last two weeks, newest first."""
    now = datetime.now(UTC)
    return [_run(number, now - _WINDOW * number / count) for number in range(count)]


def _run(number: int, begun: datetime) -> dict[str, Any]:
    subject, begun_text = str(600000 + number), begun.isoformat()
    return {
        "conf": {
            "subject_id": subject,
            "s3_prefix": f"ecephys_{subject}_2024-02-19_11-25-17",
            "platform": {"name": "Electrophysiology platform", "abbreviation": "ecephys"},
            "project_name": PROJECT_NAMES[0],
            "acq_datetime": "2024-02-19T11:25:17",
            "s3_bucket": "private",
            "codeocean_configs": {"job_type": "ecephys"},
        },
        "dag_id": "transform_and_upload",
        "dag_run_id": f"manual__{begun_text}",
        "data_interval_start": begun_text,
        "data_interval_end": begun_text,
        "execution_date": begun_text,
        "logical_date": begun_text,
        "start_date": begun_text,
        "end_date": (begun + timedelta(minutes=37)).isoformat(),
        "external_trigger": True,
        "last_scheduling_decision": None,
        "note": None,
        "run_type": "manual",
        "state": _STATES[number % len(_STATES)],
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    known: list[dict[str, Any]] = []  # noqa: RUF012 - the server makes a handler per connection

    def do_GET(self) -> None:
        """Answer with the project names."""
        self._answer({"message": "Success", "data": PROJECT_NAMES})

    def do_POST(self) -> None:
        """Answer with a page of runs, or with the run that was asked for."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/dagRuns/list"):
            first = int(asked.get("page_offset", 0))
            page = self.known[first : first + _PAGE]
            self._answer({"dag_runs": page, "total_entries": len(self.known)})
        else:
            self._answer({**_run(0, datetime.now(UTC)), "conf": asked["conf"]})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Say nothing."""

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    port, count = map(int, sys.argv[1:])
    _Handler.known = runs(count)
    ThreadingHTTPServer(("127.0.0.1", port), _Handler).serve_forever()
