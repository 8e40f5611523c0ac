import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from aind_data_transfer_service.settings import Settings

from .databases import ON_BOTH_DATABASES
from .web_client import WebClient

pytestmark = ON_BOTH_DATABASES

_V2 = "/api/v2/parameters"
_TASK = "job_types/ecephys/tasks/upload_data_to_s3"
_NAME = "/job_types/v2/ecephys/tasks/upload_data_to_s3"


def _put(web: WebClient, path: str, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return web.ask("PUT", path, content=content, headers=headers)


def test_the_list_has_the_recorded_shape(web: WebClient) -> None:
    answer = web.get(_V2)

    assert answer.status_code == 200
    assert answer.json()["message"] == "Retrieved job parameters"
    items = answer.json()["data"]
    assert items
    for item in items:
        assert list(item) == [
            "name", "last_modified", "job_type", "task_id", "modality", "version",
        ]  # fmt: skip
        assert item["version"] == "v2"
        assert item["last_modified"].endswith("Z")
        modality = f"/{item['modality']}" if item["modality"] else ""
        assert item["name"] == f"/job_types/v2/{item['job_type']}/tasks/{item['task_id']}{modality}"
        path = item["name"].removeprefix("/job_types/v2/")
        assert web.get(f"{_V2}/job_types/{path}").status_code == 200


def test_the_presets_of_v1_are_others(web: WebClient) -> None:
    assert web.get("/api/v1/parameters").json()["data"] == []
    assert _put(web, f"/api/v1/parameters/{_TASK}", {"a": 1}).status_code == 200

    (item,) = web.get("/api/v1/parameters").json()["data"]

    assert item["name"] == "/job_types/ecephys/tasks/upload_data_to_s3"
    assert item["version"] is None
    assert web.get(f"/api/v1/parameters/{_TASK}").json()["data"] == {"a": 1}


def test_a_preset_is_set_and_read(web: WebClient) -> None:
    value = {"skip_task": False, "job_settings": {"a": [1, "µ"]}}

    put = _put(web, f"{_V2}/{_TASK}?why=because", value)
    got = web.get(f"{_V2}/{_TASK}")

    assert put.status_code == got.status_code == 200
    assert put.json() == {"message": f"Set parameter for {_NAME}", "data": value}
    assert got.json() == {"message": f"Retrieved parameter for {_NAME}", "data": value}
    assert got.headers["ETag"] == put.headers["ETag"]


def test_a_preset_of_a_modality(web: WebClient) -> None:
    path = f"{_V2}/job_types/j/tasks/modality_transformation_settings/ecephys"

    answer = _put(web, path, {"skip_task": True})

    name = "/job_types/v2/j/tasks/modality_transformation_settings/ecephys"
    assert answer.json() == {"message": f"Set parameter for {name}", "data": {"skip_task": True}}
    assert web.get(path).json()["data"] == {"skip_task": True}


def test_a_change_meanwhile_is_not_overwritten(web: WebClient) -> None:
    seen = _put(web, f"{_V2}/{_TASK}", {"skip_task": True}).headers["ETag"]
    assert _put(web, f"{_V2}/{_TASK}", {"skip_task": False}).status_code == 200

    answer = _put(web, f"{_V2}/{_TASK}", {"image": "x"}, **{"If-Match": seen})

    assert answer.status_code == 409
    assert answer.json()["message"] == f"Error setting parameter {_NAME}"
    assert answer.json()["data"]["problems"][0]["code"] == "preset_conflict"
    assert web.get(f"{_V2}/{_TASK}").json()["data"] == {"skip_task": False}


def test_one_that_is_there_is_not_made_anew(web: WebClient) -> None:
    new = {"If-None-Match": "*"}
    assert _put(web, f"{_V2}/{_TASK}", {"skip_task": True}, **new).status_code == 200

    answer = _put(web, f"{_V2}/{_TASK}", {}, **new)

    assert answer.status_code == 409
    assert answer.json()["data"]["problems"][0]["code"] == "preset_conflict"
    assert web.get(f"{_V2}/{_TASK}").json()["data"] == {"skip_task": True}


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    "path",
    [
        "job_types/foo/tasks/bar",
        "job_types/foo/tasks/modality_transformation_settings/ecephys",
        "job_types/foo/tasks/bar/no_modality",
        "job_types/new%20job/tasks/t",
        "job_types/.../tasks/...",
    ],
)
def test_an_unknown_preset(web: WebClient, version: str, path: str) -> None:
    answer = web.get(f"/api/{version}/parameters/{path}")

    assert answer.status_code == 404
    assert answer.json()["message"].startswith("Error retrieving parameter /job_types/")
    assert answer.json()["data"]["problems"][0]["code"] == "preset_unknown"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("job_types/new%20job/tasks/t", "job_type"),
        ("job_types/j/tasks/a%20b", "task_id"),
        ("job_types/j/tasks/t/nope", "modality"),
        ("job_types/.hidden/tasks/t", "job_type"),
        (f"job_types/{'x' * 101}/tasks/t", "job_type"),
        ("job_types/j%0A/tasks/t", "job_type"),
    ],
)
def test_names_that_no_preset_may_have(web: WebClient, path: str, field: str) -> None:
    answer = _put(web, f"{_V2}/{path}", {"skip_task": True})

    assert answer.status_code == 400
    assert answer.json()["message"] == "Invalid parameter"
    assert answer.json()["data"]["errors"][0]["loc"] == [field]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 400),
        (b'{"a": NaN}', 400),
        (3, 406),
        ([], 406),
        (None, 406),
        ({"skip_taks": True}, 406),
        ({"image": 3}, 406),
    ],
)
def test_values_that_no_preset_may_have(web: WebClient, body: Any, status: int) -> None:
    before = web.get(f"{_V2}/{_TASK}").json()

    answer = _put(web, f"{_V2}/{_TASK}", body)

    assert answer.status_code == status
    assert answer.json()["message"] == f"Error setting parameter {_NAME}"
    assert answer.json()["data"]["error"]
    assert web.get(f"{_V2}/{_TASK}").json() == before


def test_strangers_are_not_authenticated(app: FastAPI) -> None:
    answer = _put(WebClient(app, "10.1.2.3"), f"{_V2}/{_TASK}", {"skip_task": True})

    assert answer.status_code == 401
    assert answer.json()["message"] == "User not authenticated"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_broken_preset_does_not_break_the_list(web: WebClient, settings: Settings) -> None:
    folder = settings.presets_folder / "v2" / "broken" / "tasks"
    folder.mkdir(parents=True)
    (folder / "upload_data_to_s3.json").write_text("{")
    Path(folder.parent / "foreign.txt").write_text("?")

    listed = web.get(_V2)
    broken = web.get(f"{_V2}/job_types/broken/tasks/upload_data_to_s3")

    assert listed.status_code == 200
    assert "broken" not in {item["job_type"] for item in listed.json()["data"]}
    assert broken.json()["data"]["problems"][0]["code"] == "preset_broken"


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_another_version_has_no_presets(web: WebClient, method: str) -> None:
    assert web.ask(method, f"/api/v3/parameters/{_TASK}").status_code == 406
