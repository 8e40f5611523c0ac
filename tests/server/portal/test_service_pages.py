"""Project names, about, and what is not there."""

from datetime import UTC, datetime, timedelta

import pytest

from aind_data_transfer_service.db.models import WorkerRow
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.server.app import create_app
from aind_data_transfer_service.settings import Settings

from ..factories import Jobsite
from ..web_client import WebClient


def test_any_project_may_be_named_where_no_list_is_set(web: WebClient) -> None:
    assert "Any project name may be used" in web.get("/project_names").text


def test_projects_are_listed_and_searched(settings: Settings, jobsite: Jobsite) -> None:
    known = settings.model_copy(update={"project_names": ("Ephys & more", "Thalamus")})
    web = WebClient(create_app(known, jobsite.database, jobsite.queue))

    every, some = web.get("/project_names").text, web.get("/project_names?search=THAL").text

    assert "2 of 2" in every
    assert 'href="/jobs?project=Ephys%20%26%20more"' in every
    assert "1 of 2" in some
    assert "Ephys" not in some


@pytest.fixture
def workers(jobsite: Jobsite) -> None:
    now = datetime.now(UTC)
    times = {"busy": (now, None), "silent": (now - timedelta(hours=1), None), "done": (now, now)}
    with jobsite.database.write() as session:
        for name, (renewed, ended) in times.items():
            session.add(
                WorkerRow(
                    id=f"worker-{name}",
                    host="rig",
                    process={},
                    version="0.1",
                    started_at=now - timedelta(days=1),
                    renewed_at=renewed,
                    ended_at=ended,
                )
            )


@pytest.mark.usefixtures("workers")
def test_about_tells_of_workers_and_what_they_do(web: WebClient, jobsite: Jobsite) -> None:
    jobsite.attempt(jobsite.running(), TaskId.COMPRESS_DATA, 0, log=None)

    text = web.get("/about").text

    for state in ("at work", "silent", "stopped"):
        assert f"</svg>{state}</span>" in text
    assert "1 at work; all processors" in text
    assert "1 running" in text


def test_about_looks_at_folders(web: WebClient, settings: Settings) -> None:
    (settings.home_folder / "buckets" / "private").mkdir(parents=True)

    text = web.get("/about").text

    assert text.count("It is not there.") == 3
    assert "% is free" not in text
    assert "no worker" in text.lower()


def test_what_is_not_there_offers_a_search(web: WebClient) -> None:
    answer = web.get("/jobs/nope")

    assert answer.status_code == 404
    assert "There is no job" in answer.text
    assert "Look for a job" in answer.text
    assert 'action="/jobs"' in answer.text
