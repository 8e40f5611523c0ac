import pytest
from fastapi import FastAPI

from .requests import request
from .web_client import WebClient


@pytest.mark.parametrize(
    ("path", "successor"),
    [
        ("get_job_status_list", "/api/v2/jobs"),
        ("get_tasks_list", "/api/v2/jobs"),
        ("get_task_logs", "/api/v2/jobs"),
        ("parameters", "/api/v2/parameters"),
        ("parameters/job_types/a/tasks/b", "/api/v2/parameters"),
        ("nope", None),
    ],
)
def test_v1_names_its_successor(web: WebClient, path: str, successor: str | None) -> None:
    headers = web.get(f"/api/v1/{path}").headers

    assert headers["Deprecation"].startswith("@")
    assert int(headers["Deprecation"].removeprefix("@")) > 1_700_000_000
    links = headers["Link"].split(", ")
    assert '</docs>; rel="deprecation"; type="text/html"' in links
    if successor is None:
        assert len(links) == 1
    else:
        assert links[0] == f'<{successor}>; rel="successor-version"'


@pytest.mark.parametrize("path", ["validate_json", "submit_jobs"])
@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3"])
def test_refusals_name_it_too(app: FastAPI, path: str, address: str) -> None:
    answer = WebClient(app, address).post(f"/api/v1/{path}", json=request(project_name=3))

    assert answer.status_code in {401, 406}
    assert answer.headers["Link"].startswith(f'</api/v2/{path}>; rel="successor-version"')


@pytest.mark.parametrize("path", ["/api/v2/jobs", "/health", "/", "/api/job_upload_template2"])
def test_nothing_else_is_deprecated(web: WebClient, path: str) -> None:
    assert "Deprecation" not in web.get(path).headers
