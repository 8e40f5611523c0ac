import base64
from collections.abc import Sequence
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import JobState

from .databases import ON_BOTH_DATABASES
from .factories import Jobsite
from .web_client import WebClient

pytestmark = ON_BOTH_DATABASES


def _page(web: WebClient, **params: Any) -> dict[str, Any]:
    answer = web.get("/api/v2/jobs", params=params)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def _names(page: dict[str, Any]) -> list[str]:
    return [job["asset_name"] for job in page["jobs"]]


def _all_pages(web: WebClient, **params: Any) -> list[str]:
    page = _page(web, limit=2, **params)
    names = _names(page)
    while page["next_cursor"] is not None:
        page = _page(web, limit=2, cursor=page["next_cursor"], **params)
        names += _names(page)
    return names


def _queue(jobsite: Jobsite, names: Sequence[str]) -> None:
    for name in names:
        jobsite.queued(asset_name=name)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_pages_hold_every_job_once(web: WebClient, jobsite: Jobsite, count: int) -> None:
    names = [f"a{number}" for number in range(count)]
    _queue(jobsite, names)

    assert _all_pages(web) == names[::-1]
    assert _all_pages(web, descending=False) == names


def test_new_jobs_do_not_shift_the_pages(web: WebClient, jobsite: Jobsite) -> None:
    _queue(jobsite, ["a", "b", "c", "d"])
    first = _page(web, limit=2)

    _queue(jobsite, ["e", "f"])
    second = _page(web, limit=2, cursor=first["next_cursor"])

    assert _names(first) + _names(second) == ["d", "c", "b", "a"]
    assert second["next_cursor"] is None
    assert second["total"] == 6


def test_jobs_of_one_request_have_one_time_and_are_all_paged(
    web: WebClient, jobsite: Jobsite
) -> None:
    names = [f"a{number}" for number in range(5)]
    jobsite.queued_together(names)

    assert sorted(_all_pages(web)) == names


def test_by_end_those_under_way_come_last(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.queued(asset_name="waits1")
    jobsite.failed(asset_name="first")
    jobsite.failed(asset_name="second")
    jobsite.running(asset_name="waits2")
    jobsite.failed(asset_name="third")

    newest_first = _all_pages(web, sort="ended")
    assert newest_first[:3] == ["third", "second", "first"]
    assert set(newest_first[3:]) == {"waits1", "waits2"}
    assert _all_pages(web, sort="ended", descending=False)[:3] == ["first", "second", "third"]


def test_by_asset(web: WebClient, jobsite: Jobsite) -> None:
    _queue(jobsite, ["b", "c", "a"])

    assert _all_pages(web, sort="asset", descending=False) == ["a", "b", "c"]
    assert _all_pages(web, sort="asset") == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"project": "P1"}, ["one"]),
        ({"project": ["P1", "P2"]}, ["two", "one"]),
        ({"subject": "222"}, ["two"]),
        ({"platform": "ecephys"}, ["two"]),
        ({"job_type": "smartspim"}, ["one"]),
        ({"user_email": "a@b.org"}, ["one"]),
        ({"user_email": "A@b.org"}, []),
        ({"asset": "TW"}, ["two"]),
        ({"asset": "%"}, ["per%cent"]),
        ({"asset": "_"}, []),
        ({"state": "failed"}, ["per%cent"]),
        ({"project": "P1", "platform": "ecephys"}, []),
        ({"submitted_from": "2020-01-01"}, ["per%cent", "two", "one"]),
        ({"submitted_to": "2020-01-01T00:00:00Z"}, []),
        ({"submitted_from": "2999-01-01T00:00:00+02:00"}, []),
    ],
)
def test_filters(
    web: WebClient, jobsite: Jobsite, params: dict[str, Any], expected: list[str]
) -> None:
    jobsite.queued(asset_name="one", project_name="P1", job_type="smartspim", user_email="a@b.org")
    jobsite.queued(asset_name="two", project_name="P2", subject_id="222", platform="ecephys")
    jobsite.failed(asset_name="per%cent")

    page = _page(web, **params)

    assert _names(page) == expected
    assert page["total"] == len(expected)


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "cursor=%FF",
        "cursor=" + base64.urlsafe_b64encode(b"[1,2,3,4]").decode(),
        "cursor=" + base64.urlsafe_b64encode(b"[" * 5000).decode()[:1999],
        "cursor=" + base64.urlsafe_b64encode(b'["created",true,"soon","x"]').decode(),
        "cursor=" + base64.urlsafe_b64encode(b'["created",true,"2020-01-01","x"]').decode(),
        "cursor=" + base64.urlsafe_b64encode(b'["created",true,null,"x"]').decode(),
        "sort=asset&cursor=" + base64.urlsafe_b64encode(b'["asset",true,"\\u0000","x"]').decode(),
        "sort=asset&cursor=" + base64.urlsafe_b64encode(b'["created",true,"a","x"]').decode(),
    ],
)
def test_cursors_that_the_list_did_not_give_are_refused(web: WebClient, query: str) -> None:
    answer = web.get(f"/api/v2/jobs?{query}")

    assert answer.status_code == 406
    assert answer.json()["code"] == "cursor_invalid"


def test_a_cursor_goes_with_no_offset(web: WebClient, jobsite: Jobsite) -> None:
    _queue(jobsite, ["a", "b"])
    cursor = _page(web, limit=1)["next_cursor"]

    answer = web.get("/api/v2/jobs", params={"cursor": cursor, "offset": 1})

    assert (answer.status_code, answer.json()["code"]) == (406, "cursor_invalid")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "offset=-1",
        "offset=99999999999999999999",
        "state=nope",
        "sort=nope",
        "submitted_from=soon",
        "submitted_from=0001-01-01T00:00:00%2B14:00",
        "asset=" + "x" * 301,
    ],
)
def test_bad_parameters_are_named(web: WebClient, query: str) -> None:
    answer = web.get(f"/api/v2/jobs?{query}")

    assert (answer.status_code, answer.json()["code"]) == (406, "parameters_invalid")
    assert answer.json()["detail"].startswith(query.partition("=")[0])


@pytest.mark.parametrize("path", ["jobs?asset=%00", "jobs/a%00b", "jobs/x/tasks/a%00/logs"])
def test_the_character_no_database_keeps_is_refused(web: WebClient, path: str) -> None:
    answer = web.get(f"/api/v2/{path}")

    assert (answer.status_code, answer.json()["code"]) == (406, "parameters_invalid")


def test_the_tasks_of_a_job(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.failed()

    body = web.get(f"/api/v2/jobs/{job_id}/tasks").json()

    assert body["job_id"] == job_id
    assert body["tasks"] == web.get(f"/api/v2/jobs/{job_id}").json()["tasks"]
    assert web.get("/api/v2/jobs/nope/tasks").status_code == 404


def test_states_are_those_of_jobs(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.running(asset_name="a")

    for state in JobState:
        assert _names(_page(web, state=state.value)) == (["a"] if state == "running" else [])


def test_sizes_that_are_not_known_yet_come_last(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.queued(asset_name="none_yet")
    for size in (30, 7, 30):
        jobsite.uploaded(asset_name=f"of_{size}_{len(web.get('/api/v2/jobs').text)}", size=size)

    def sizes(*, descending: bool) -> list[int | None]:
        found, cursor = [], None
        while True:
            params = {"sort": "bytes", "descending": descending, "limit": 1}
            page = _page(web, **params, **({"cursor": cursor} if cursor else {}))
            found += [job["bytes"] for job in page["jobs"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    assert sizes(descending=True) == [30, 30, 7, None]
    assert sizes(descending=False) == [7, 30, 30, None]


def test_every_word_of_a_search_has_to_be_somewhere(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.queued(asset_name="ecephys_1_2024", subject_id="1", user_email="ann@example.org")
    jobsite.queued(asset_name="ecephys_2_2024", subject_id="2", user_email="ben@example.org")

    assert _names(_page(web, search="EPHYS 2024")) == ["ecephys_2_2024", "ecephys_1_2024"]
    assert _names(_page(web, search="ecephys ann@")) == ["ecephys_1_2024"]
    assert _names(_page(web, search="ann ben")) == []
    assert _names(_page(web, search="100%")) == []


def test_a_running_job_tells_how_far_it_is(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.running(names=("behavior", "fib"))
    jobsite.attempt(job_id, TaskId.COMPRESS_DATA, 0, log="", progress=(3_000_000, 12_000_000))
    jobsite.attempt(job_id, TaskId.COMPRESS_DATA, 1, log="", progress=(1_000_000, 4_000_000))
    jobsite.queued(asset_name="waits")

    waiting, running = _page(web)["jobs"]

    assert waiting["progress"] is None
    progress = running["progress"]
    assert (progress["task_id"], progress["title"]) == ("compress_data", "Compress")
    assert (progress["done"], progress["total"]) == (4_000_000, 16_000_000)
    assert progress["eta_seconds"] == pytest.approx(12_000_000 / progress["rate"])
