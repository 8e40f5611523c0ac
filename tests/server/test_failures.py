import logging
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI

from aind_data_transfer_service import __version__
from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.db.models import WorkerRow
from aind_data_transfer_service.server.api_v1 import monitoring
from aind_data_transfer_service.server.api_v2 import jobs
from aind_data_transfer_service.server.app import create_app
from aind_data_transfer_service.server.portal import jobs as jobs_page
from aind_data_transfer_service.settings import Settings

from .factories import Jobsite
from .web_client import WebClient


def _worker(**changes: object) -> WorkerRow:
    values = {
        "id": "w1",
        "host": "here",
        "process": {},
        "version": __version__,
        "started_at": datetime.now(UTC),
        "renewed_at": datetime.now(UTC),
    }
    return WorkerRow(**(values | changes))


def test_health_counts_jobs_and_living_workers(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.queued(asset_name="a")
    jobsite.running(asset_name="b")
    with jobsite.database.write() as session:
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        session.add_all([_worker(), _worker(id="w2", renewed_at=long_ago)])

    answer = web.get("/health")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "version": __version__,
        "database": "ok",
        "queued": 1,
        "running": 1,
        "workers": 1,
        "detail": None,
    }


@pytest.fixture
def without_tables(settings: Settings, jobsite: Jobsite) -> WebClient:
    """A service whose database cannot be used."""
    broken = Database(f"sqlite:///{settings.home_folder / 'missing' / 'state.db'}")
    return WebClient(create_app(settings, broken, jobsite.queue))


def test_a_database_that_does_not_answer_is_told_so(without_tables: WebClient) -> None:
    web = without_tables

    assert web.get("/health").status_code == 503
    assert web.get("/health").json()["database"] == "unavailable"
    v1 = web.get("/api/v1/get_job_status_list")
    assert v1.status_code == 503
    assert v1.json()["message"] == "Unable to retrieve job status list from airflow"
    assert v1.json()["data"]["problems"][0]["code"] == "database_unavailable"
    v2 = web.get("/api/v2/jobs")
    assert (v2.status_code, v2.json()["code"]) == (503, "database_unavailable")
    page = web.get("/jobs")
    assert page.status_code == 503
    assert "Not available right now" in page.text


def _break(*_: object, **__: object) -> None:
    raise ZeroDivisionError("secret detail")


def test_a_defect_is_logged_and_answered_with_its_id(
    web: WebClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(monitoring, "get_job", _break)
    monkeypatch.setattr(jobs, "search_jobs", _break)
    monkeypatch.setattr(jobs_page, "search_jobs", _break)

    for path in ("/api/v1/get_tasks_list?dag_id=x&dag_run_id=y", "/api/v2/jobs", "/jobs"):
        answer = web.get(path)

        assert answer.status_code == 500
        assert answer.headers["X-Request-Id"] in answer.text
        assert "internal_error" in answer.text
        assert "secret detail" not in answer.text
        assert answer.headers["Content-Security-Policy"]
    assert caplog.text.count("ZeroDivisionError: secret detail") == 3


def test_every_request_leaves_a_line(web: WebClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    web.get("/jobs%0Aforged?state=failed")

    (line,) = [r.getMessage() for r in caplog.records if r.name.endswith("envelope")]
    assert line.startswith("GET /jobs%0Aforged")
    assert " 404 " in line
    assert line.endswith("127.0.0.1")


@pytest.mark.parametrize("path", ["/", "/health", "/api/v2/jobs", "/static/main.js", "/nope"])
def test_every_answer_has_headers_that_keep_browsers_safe(web: WebClient, path: str) -> None:
    headers = web.get(path).headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert len(headers["X-Request-Id"]) == 12


def test_head_is_answered_like_get(web: WebClient) -> None:
    assert web.ask("HEAD", "/health").status_code == 200


def test_the_openapi_document_is_complete(app: FastAPI) -> None:
    document = app.openapi()

    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert operation["description"], path
            assert operation["tags"][0] in {tag["name"] for tag in document["tags"]}
