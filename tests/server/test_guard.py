from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from fastapi import FastAPI

from aind_data_transfer_service.engine.services.views import get_job
from aind_data_transfer_service.server.app import create_app
from aind_data_transfer_service.settings import Settings

from .factories import Jobsite
from .requests import request
from .web_client import WebClient

CONFIRMED = {"confirm": "cancel"}


def test_strangers_may_look_but_not_change(app: FastAPI, jobsite: Jobsite) -> None:
    job_id = jobsite.queued()
    stranger = WebClient(app, "10.1.2.3")

    assert stranger.get("/api/v2/jobs").status_code == 200
    answer = stranger.post(f"/api/v2/jobs/{job_id}/cancel")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "token_missing"
    assert "10.1.2.3" in answer.json()["detail"]
    assert get_job(jobsite.database, job_id).state == "queued"


def test_strangers_are_refused_in_the_shape_of_each_family(app: FastAPI) -> None:
    stranger = WebClient(app, "10.1.2.3")

    v1 = stranger.post("/api/v1/submit_jobs", json=request())
    page = stranger.post("/jobs/x/cancel")

    assert (v1.status_code, page.status_code) == (401, 401)
    assert v1.json()["data"]["problems"][0]["code"] == "token_missing"
    assert v1.json()["data"]["responses"] == []
    assert "Please sign in" in page.text
    assert "trusted_networks" in page.text


def test_a_trusted_network_may_change(settings: Settings, jobsite: Jobsite) -> None:
    trusting = settings.model_copy(update={"trusted_networks": (ip_network("10.1.0.0/16"),)})
    app = create_app(trusting, jobsite.database, jobsite.queue)

    inside = WebClient(app, "10.1.2.3").post("/api/v1/submit_jobs", json=request())
    outside = WebClient(app, "127.0.0.1").post("/api/v1/submit_jobs", json=request())

    assert (inside.status_code, outside.status_code) == (200, 401)


def test_a_proxy_that_is_not_known_opens_nothing(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.queued()

    answer = web.post(f"/api/v2/jobs/{job_id}/cancel", headers={"X-Forwarded-For": "127.0.0.1"})

    assert answer.status_code == 401
    assert "proxy at 127.0.0.1, which is not in trusted_proxies" in answer.json()["detail"]
    assert get_job(jobsite.database, job_id).state == "queued"


@pytest.mark.parametrize(
    ("forwarded_for", "status"),
    [
        ("10.1.2.3", 303),
        ("8.8.8.8, 10.1.2.3", 303),
        ("10.1.2.3, 8.8.8.8", 401),
        ("127.0.0.1", 401),
        ("nonsense", 401),
        ("", 401),
        (None, 401),
    ],
)
def test_a_known_proxy_says_who_asks(
    settings: Settings, jobsite: Jobsite, forwarded_for: str | None, status: int
) -> None:
    networks = {
        "trusted_networks": (ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16")),
        "trusted_proxies": (ip_network("127.0.0.1/32"),),
    }
    behind = settings.model_copy(update=networks)
    web = WebClient(create_app(behind, jobsite.database, jobsite.queue))
    headers = {} if forwarded_for is None else {"X-Forwarded-For": forwarded_for}

    answer = web.post(f"/jobs/{jobsite.queued()}/cancel", headers=headers, data=CONFIRMED)

    assert answer.status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://portal", "Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["/jobs/{}/cancel", "/api/v2/jobs/{}/cancel"])
def test_pages_of_other_sites_cannot_change_anything(
    web: WebClient, jobsite: Jobsite, headers: dict[str, str], path: str
) -> None:
    job_id = jobsite.queued()

    answer = web.post(path.format(job_id), headers=headers, data=CONFIRMED)

    assert answer.status_code == 403
    assert "cross_site_request" in answer.text
    assert get_job(jobsite.database, job_id).state == "queued"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://portal"}, {"Sec-Fetch-Site": "same-origin", "Origin": "https://proxy"}],
)
def test_the_portal_and_programs_can(
    web: WebClient, jobsite: Jobsite, headers: dict[str, str]
) -> None:
    assert (
        web.post(f"/jobs/{jobsite.queued()}/cancel", headers=headers, data=CONFIRMED).status_code
        == 303
    )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 403),
        ("127.0.0.1:5000", 303),
        ("[::1]:5000", 303),
        ("localhost:5000", 303),
        ("data-transfer", 303),
        ("data.example.org", 303),
    ],
)
def test_browsers_come_by_a_name_of_the_service(
    settings: Settings, jobsite: Jobsite, host: str, status: int
) -> None:
    named = settings.model_copy(update={"public_url": "https://data.example.org/"})
    web = WebClient(create_app(named, jobsite.database, jobsite.queue))
    headers = {"Host": host, "Origin": f"http://{host}"}

    answer = web.post(f"/jobs/{jobsite.queued()}/cancel", headers=headers, data=CONFIRMED)

    assert answer.status_code == status


def test_programs_may_use_any_name(web: WebClient, jobsite: Jobsite) -> None:
    answer = web.post(
        f"/jobs/{jobsite.queued()}/cancel", headers={"Host": "alias.example"}, data=CONFIRMED
    )

    assert answer.status_code == 303


async def _pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 1_000_000


@pytest.mark.parametrize("path", ["/api/v1/submit_jobs", "/api/v1/validate_json"])
def test_too_large_a_body_is_refused(web: WebClient, path: str) -> None:
    at_once = web.post(path, content=b" " * 20_000_001)
    in_pieces = web.post(path, content=_pieces(21))

    for answer in (at_once, in_pieces):
        assert answer.status_code == 413
        assert answer.json()["data"]["problems"][0]["code"] == "request_too_large"
