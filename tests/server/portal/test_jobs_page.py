import csv
import html
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.engine.services.views import get_job
from aind_data_transfer_service.server.portal.csv_export import safe_cell

from ..factories import Jobsite
from ..web_client import WebClient


def _names(web: WebClient, address: str) -> list[str]:
    answer = web.get(html.unescape(address))
    assert answer.status_code == 200, answer.text
    return re.findall(r'<th scope="row"><a href="/jobs/[^"]+">([^<]+)<', answer.text)


def _next(web: WebClient, address: str) -> str | None:
    found = re.search(r'<a rel="next" href="([^"]+)"', web.get(html.unescape(address)).text)
    return found and html.unescape(found[1])


def test_pages_follow_one_another_in_the_filtered_list(web: WebClient, jobsite: Jobsite) -> None:
    for number in range(5):
        jobsite.queued(asset_name=f"asset{number}")
    jobsite.failed(asset_name="the_failed")

    first = "/jobs?state=queued&limit=2"
    second = _next(web, first)
    assert second is not None
    third = _next(web, second)
    assert third is not None

    assert _names(web, first) == ["asset4", "asset3"]
    assert _names(web, second) == ["asset2", "asset1"]
    assert _names(web, third) == ["asset0"]
    assert _next(web, third) is None
    assert "2 of 5 jobs" in web.get(first).text
    assert _names(web, "/jobs?state=failed") == ["the_failed"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["c_3", "b_2", "a_1"]),
        ("search=B_", ["b_2"]),
        ("search=ann+two", ["b_2"]),
        ("search=%25", []),
        ("project=two", ["b_2"]),
        ("project=two&project=three", ["c_3", "b_2"]),
        ("project=&platform=&job_type=&from_day=&to_day=&search=", ["c_3", "b_2", "a_1"]),
        ("subject=1", ["a_1"]),
        ("user_email=ann@example.org", ["b_2", "a_1"]),
        ("sort=project", ["b_2", "c_3", "a_1"]),
        ("sort=asset&descending=false", ["a_1", "b_2", "c_3"]),
        ("from_day=2020-01-01", ["c_3", "b_2", "a_1"]),
        ("to_day=2020-01-01", []),
        ("to_day=9999-12-31", ["c_3", "b_2", "a_1"]),
    ],
)
def test_filters_search_and_order_are_in_the_address(
    web: WebClient, jobsite: Jobsite, query: str, names: list[str]
) -> None:
    for name, project, email in (
        ("a_1", "one", "ann@example.org"),
        ("b_2", "two", "ann@example.org"),
        ("c_3", "three", None),
    ):
        subject = name.partition("_")[2]
        jobsite.queued(asset_name=name, project_name=project, user_email=email, subject_id=subject)

    assert _names(web, f"/jobs?{query}") == names


@pytest.mark.parametrize(
    "query", ["from_day=x", "from_day=2026-02-01&to_day=2026-01-01", "sort=size", "cursor=x"]
)
def test_what_cannot_be_filtered_by_is_explained(web: WebClient, query: str) -> None:
    answer = web.get(f"/jobs?{query}")

    assert answer.status_code == 406
    assert query.split("=", maxsplit=1)[0].split("_", maxsplit=1)[0] in answer.text


def test_the_days_are_drawn_and_told(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.uploaded(asset_name="a", size=5_000_000)
    jobsite.uploaded(asset_name="b", size=7_000_000)
    jobsite.failed(asset_name="c")
    jobsite.queued(asset_name="d")

    text = web.get("/jobs").text

    assert re.search(r'role="img" aria-label="Jobs by day: 4 in 30 days', text)
    assert re.search(r'aria-label="Bytes by day: 12 MB in 30 days', text)
    assert [text.count(f"bar-{kind}") for kind in ("success", "failed", "other", "bytes")] == [
        1
    ] * 4
    numbers = re.search(r'<th scope="row">[-0-9]+</th>((?:<td class="number">[^<]*</td>)+)', text)
    assert numbers is not None
    assert re.findall(r">([^<]+)<", numbers[1]) == ["4", "2", "1", "1", "12 MB"]


def test_all_jobs_of_the_list_are_exported(web: WebClient, jobsite: Jobsite) -> None:
    for number in range(3):
        jobsite.queued(asset_name=f"asset{number}", project_name="=SUM(A1)", user_email="a@b.org")
    jobsite.failed(asset_name="other")

    answer = web.get("/jobs.csv?state=queued&limit=1")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["asset_name"] for row in rows] == ["asset2", "asset1", "asset0"]
    assert {row["project_name"] for row in rows} == {"'=SUM(A1)"}
    assert {row["state"] for row in rows} == {"queued"}


@given(st.text())
def test_no_cell_is_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.endswith(text)


class TestSelected:
    def test_jobs_are_shown_before_anything_is_done(self, web: WebClient, jobsite: Jobsite) -> None:
        queued, failed = jobsite.queued(asset_name="q"), jobsite.failed(asset_name="f")

        text = web.get(f"/jobs/selected?action=cancel&job={queued}&job={failed}").text

        assert "Cancel 1 job?" in text
        assert "Not touched" in text
        assert get_job(jobsite.database, queued).state == "queued"

    def test_the_selected_are_cancelled_after_the_word(
        self, web: WebClient, jobsite: Jobsite
    ) -> None:
        jobs = [jobsite.queued(asset_name="a"), jobsite.running(asset_name="b")]
        form = {"action": "cancel", "job": jobs, "run": ["1", "1"], "confirm": "no"}

        refused = web.post("/jobs/selected", data=form)
        assert refused.status_code == 406
        assert "not_confirmed" in refused.text
        assert get_job(jobsite.database, jobs[0]).state == "queued"

        done = web.post("/jobs/selected", data=form | {"confirm": " Cancel "})
        assert done.status_code == 200
        assert get_job(jobsite.database, jobs[0]).state == "cancelled"
        assert get_job(jobsite.database, jobs[1]).cancel_requested

    def test_the_selected_are_retried_once_and_the_others_say_why_not(
        self, web: WebClient, jobsite: Jobsite
    ) -> None:
        failed, busy = jobsite.failed(asset_name="a"), jobsite.failed(asset_name="b")
        jobsite.queued(asset_name="b")
        form = {"action": "retry", "job": [failed, busy], "run": ["1", "1"]}

        done = web.post("/jobs/selected", data=form)
        web.post("/jobs/selected", data=form)

        assert "1 of 2 refused" in done.text
        assert "is under way" in done.text
        assert get_job(jobsite.database, failed).run == 2
        assert get_job(jobsite.database, busy).state == "failed"

    def test_nothing_selected_is_said(self, web: WebClient) -> None:
        answer = web.get("/jobs/selected?action=retry")

        assert answer.status_code == 406
        assert "No job is selected" in answer.text
