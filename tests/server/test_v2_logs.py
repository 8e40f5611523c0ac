from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import AttemptState
from aind_data_transfer_service.server.api_v2 import logs
from aind_data_transfer_service.server.api_v2.follow import Seats

from .factories import Jobsite
from .web_client import WebClient

_LOG = "0123456789\nabc\n"
_EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture
def log(jobsite: Jobsite) -> str:
    """Address of the log of a failed attempt."""
    return f"/api/v2/jobs/{jobsite.failed(log=_LOG)}/tasks/compress_data/logs?map_index=0"


def test_a_log_is_returned_whole(web: WebClient, log: str) -> None:
    answer = web.get(log)

    assert (answer.status_code, answer.text) == (200, _LOG)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("asked", "given", "text"),
    [
        ("bytes=0-3", "bytes 0-3/15", "0123"),
        ("bytes=11-", "bytes 11-14/15", "abc\n"),
        ("bytes=-4", "bytes 11-14/15", "abc\n"),
        ("bytes=-999", "bytes 0-14/15", _LOG),
        ("bytes=14-999", "bytes 14-14/15", "\n"),
        ("BYTES = 0 - 0", "bytes 0-0/15", "0"),
    ],
)
def test_a_part_of_a_log(web: WebClient, log: str, asked: str, given: str, text: str) -> None:
    answer = web.get(log, headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.headers["content-range"] == given
    assert answer.headers["content-length"] == str(len(text))
    assert answer.text == text


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,3-4", "bytes=5-2", "bytes=-", "lines=0-1", "nonsense", "bytes=" + "9" * 99]
)
def test_what_is_no_single_range_gives_the_whole_log(web: WebClient, log: str, asked: str) -> None:
    answer = web.get(log, headers={"Range": asked})

    assert (answer.status_code, answer.text) == (200, _LOG)


@pytest.mark.parametrize("asked", ["bytes=15-", "bytes=99-100", "bytes=-0"])
def test_a_part_that_is_not_there(web: WebClient, log: str, asked: str) -> None:
    answer = web.get(log, headers={"Range": asked})

    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.json()["details"] == {"size": 15}


def test_a_log_is_followed_to_its_end(web: WebClient, log: str) -> None:
    answer = web.get(log, headers=_EVENTS)

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.text == (
        "id: 11\ndata: 0123456789\n\n"
        "id: 15\ndata: abc\n\n"
        'event: end\ndata: {"state": "failed", "try_number": 1}\n\n'
    )


@pytest.mark.parametrize(("last", "count"), [("11", 1), ("0", 2), ("nonsense", 2), ("9" * 30, 2)])
def test_who_comes_back_gets_the_rest(web: WebClient, log: str, last: str, count: int) -> None:
    answer = web.get(log, headers={**_EVENTS, "Last-Event-ID": last})

    assert answer.text.count("id: ") == count
    assert answer.text.endswith('"try_number": 1}\n\n')


def test_the_lines_of_a_log_cannot_pass_for_events(web: WebClient, jobsite: Jobsite) -> None:
    text = "event: end\ndata: {}\r\n\ra\rb\n"
    job_id = jobsite.failed(log=text)

    answer = web.get(f"/api/v2/jobs/{job_id}/tasks/compress_data/logs?map_index=0", headers=_EVENTS)

    assert [line for line in answer.text.splitlines() if line.startswith("event:")] == [
        "event: end"
    ]
    assert "data: event: end\n" in answer.text
    assert "data: a\ndata: b\n" in answer.text


def test_only_so_many_follow(web: WebClient, log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_SEATS", Seats(1))
    assert [web.get(log, headers=_EVENTS).status_code for _ in range(3)] == [200, 200, 200]

    monkeypatch.setattr(logs, "_SEATS", Seats(0))
    answer = web.get(log, headers=_EVENTS)

    assert (answer.status_code, answer.json()["code"]) == (503, "too_many_followers")
    assert web.get(log).status_code == 200


@pytest.mark.parametrize("headers", [{}, _EVENTS])
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("nope/tasks/compress_data/logs", "job_unknown"),
        ("{}/tasks/nope/logs", "task_unknown"),
        ("{}/tasks/compress_data/logs?map_index=7", "task_unknown"),
        ("{}/tasks/compress_data/logs?map_index=0&try_number=9", "task_unknown"),
        ("{}/tasks/verify_upload/logs", "log_missing"),
    ],
)
def test_logs_that_do_not_exist(
    web: WebClient, jobsite: Jobsite, headers: dict[str, Any], path: str, code: str
) -> None:
    answer = web.get(f"/api/v2/jobs/{path.format(jobsite.failed())}", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (404, code)


@pytest.mark.parametrize(
    ("end", "says"), [(None, "not written"), (AttemptState.LOST, "no log that the server can see")]
)
def test_an_attempt_without_a_log(
    web: WebClient, jobsite: Jobsite, end: AttemptState | None, says: str
) -> None:
    job_id = jobsite.running()
    jobsite.attempt(job_id, TaskId.CHECK_SOURCE_FOLDERS_EXIST, log=None, end=end)

    answer = web.get(f"/api/v2/jobs/{job_id}/tasks/check_source_folders_exist/logs")

    assert (answer.status_code, answer.json()["code"]) == (404, "log_missing")
    assert says in answer.json()["detail"]
