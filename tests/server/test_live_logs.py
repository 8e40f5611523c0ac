"""A log is followed while a real service works: each line comes before the next is written."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import httpx
import pytest

from aind_data_transfer_service.testing.executor_suite import until

from ..running import running
from .requests import v2_request

PATIENCE_SECONDS = 60
PRESET = "/api/v2/parameters/job_types/live/tasks/modality_transformation_settings/behavior"


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    kind: str
    id: str
    data: str


def events(lines: Iterator[str]) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield Event(fields.get("event", "message"), fields.get("id", ""), fields["data"])
            fields = {}


@dataclass(frozen=True)
class Task:
    """A task of a running service that says what the test writes."""

    url: str
    log: str
    says: Path

    def mouth(self) -> FileIO:
        """Return the pipe that the task repeats, once it listens."""
        opened: list[FileIO] = []

        def listens() -> bool:
            try:
                handle = os.open(self.says, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody reads it yet
                return False
            opened.append(FileIO(handle, "w"))
            return True

        until(listens)
        return opened[0]


@pytest.fixture
def task(tmp_path: Path) -> Iterator[Task]:
    source = tmp_path / "share" / "behavior"
    source.mkdir(parents=True)
    (source / "data.csv").write_text("1,2\n")
    says = tmp_path / "says"
    os.mkfifo(says)
    script = f"cat {says}; cp %INPUT_SOURCE/data.csv %OUTPUT_LOCATION"
    asked = v2_request(
        job_type="live",
        tasks={
            "modality_transformation_settings": {
                "behavior": {"job_settings": {"input_source": str(source)}}
            }
        },
    )
    with running(tmp_path, "--source-root", str(tmp_path / "share")) as url:
        put = httpx.put(url + PRESET, content=json.dumps({"command_script": script}))
        assert put.status_code == 200, put.text
        answer = httpx.post(f"{url}/api/v2/submit_jobs", json=asked)
        assert answer.status_code == 200, answer.text
        job = answer.json()["data"]["responses"][0]["job_id"]
        yield Task(url, f"{url}/api/v2/jobs/{job}/tasks/compress_data/logs?map_index=0", says)


def test_lines_come_live_to_the_end(task: Task) -> None:
    with (
        task.mouth() as mouth,
        httpx.stream(
            "GET", task.log, headers={"Accept": "text/event-stream"}, timeout=PATIENCE_SECONDS
        ) as answer,
    ):
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        coming = events(answer.iter_lines())
        seen: list[Event] = []
        for line in ("first", "second", "third µ"):
            mouth.write(f"{line}\n".encode())
            while not seen or seen[-1].data != line:
                seen.append(next(coming))
        mouth.close()
        *rest, end = coming

    assert end.kind == "end"
    assert json.loads(end.data) == {"state": "success", "try_number": 1}
    followed = [event.data for event in (*seen, *rest)]
    log = httpx.get(task.log)
    assert log.text.splitlines() == followed
    assert int([*seen, *rest][-1].id) == len(log.content)


def test_a_follower_goes_on_where_it_broke_off(task: Task) -> None:
    headers = {"Accept": "text/event-stream"}
    with task.mouth() as mouth:
        mouth.write(b"first\nsecond\n")
        with httpx.stream("GET", task.log, headers=headers, timeout=PATIENCE_SECONDS) as answer:
            first = next(e for e in events(answer.iter_lines()) if e.data == "first")
    headers["Last-Event-ID"] = first.id
    with httpx.stream("GET", task.log, headers=headers, timeout=PATIENCE_SECONDS) as answer:
        later = list(events(answer.iter_lines()))

    assert later[0].data == "second"
    assert later[-1].kind == "end"
