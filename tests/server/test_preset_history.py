import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from .databases import ON_BOTH_DATABASES
from .web_client import WebClient

pytestmark = ON_BOTH_DATABASES

_TASK = "/api/v2/parameters/job_types/ecephys/tasks/upload_data_to_s3"
_MODALITY = "/api/v2/parameters/job_types/j/tasks/modality_transformation_settings/ecephys"


def _put(web: WebClient, path: str, value: dict[str, Any]) -> str:
    answer = web.ask("PUT", path, content=json.dumps(value))
    assert answer.status_code == 200
    return answer.headers["ETag"]


def _history(web: WebClient, path: str) -> list[dict[str, Any]]:
    answer = web.get(f"{path.partition('?')[0]}/history")
    assert answer.status_code == 200
    changes: list[dict[str, Any]] = answer.json()["data"]
    return changes


def _restore(web: WebClient, path: str, change: int, **headers: str) -> httpx.Response:
    return web.post(f"{path}/history/{change}/restore?why=too+slow", headers=headers)


@pytest.mark.parametrize("path", [_TASK, _MODALITY, _TASK.replace("v2", "v1")])
def test_the_history_says_who_when_why_and_what(web: WebClient, path: str) -> None:
    first = _put(web, path + "?why=disk+full", {"skip_task": True})
    second = _put(web, path, {"skip_task": False})

    newest, oldest = _history(web, path)

    assert list(newest) == [
        "id", "at", "who", "why", "old_value", "old_revision", "new_value", "new_revision",
    ]  # fmt: skip
    assert newest["id"] > oldest["id"]
    assert newest["at"].endswith("Z")
    assert newest["at"] >= oldest["at"]
    assert (oldest["who"], oldest["why"]) == ("127.0.0.1", "disk full")
    assert (newest["who"], newest["why"]) == ("127.0.0.1", None)
    assert newest["old_value"] == oldest["new_value"] == {"skip_task": True}
    assert newest["new_value"] == {"skip_task": False}
    assert f'"{newest["old_revision"]}"' == first
    assert f'"{newest["new_revision"]}"' == second


def _shipped(web: WebClient) -> tuple[str, str]:
    """Return name and address of a preset that comes with the service."""
    name: str = web.get("/api/v2/parameters").json()["data"][0]["name"]
    return name, name.replace("/job_types/v2", "/api/v2/parameters/job_types")


def test_a_preset_that_was_never_changed_has_no_history(web: WebClient) -> None:
    name, path = _shipped(web)

    answer = web.get(f"{path}/history")

    assert answer.json() == {"message": f"Retrieved history of {name}", "data": []}


@pytest.mark.parametrize("path", ["job_types/a/tasks/b", "job_types/a/tasks/b/no_modality"])
def test_what_was_never_there_has_none(web: WebClient, path: str) -> None:
    answer = web.get(f"/api/v2/parameters/{path}/history")

    assert answer.status_code == 404
    assert answer.json()["data"]["problems"][0]["code"] == "preset_unknown"


@pytest.mark.parametrize("path", [_TASK, _MODALITY])
def test_a_change_is_taken_back(web: WebClient, path: str) -> None:
    _put(web, path, {"skip_task": True})
    _put(web, path, {"skip_task": False})
    taken_back = _history(web, path)[0]["id"]

    answer = _restore(web, path, taken_back)

    now = web.get(path)
    assert answer.status_code == 200
    assert answer.json()["data"] == now.json()["data"] == {"skip_task": True}
    assert answer.headers["ETag"] == now.headers["ETag"]
    newest = _history(web, path)[0]
    assert (newest["why"], newest["old_value"]) == ("too slow", {"skip_task": False})
    assert newest["id"] > taken_back


def test_a_shipped_value_comes_back(web: WebClient) -> None:
    name, path = _shipped(web)
    shipped = web.get(path).json()["data"]
    _put(web, path, {"skip_task": True})
    (change,) = _history(web, path)

    answer = _restore(web, path, change["id"])

    assert answer.json() == {"message": f"Restored parameter {name}", "data": shipped}


def test_nothing_is_put_back_over_a_change_that_was_not_seen(web: WebClient) -> None:
    seen = _put(web, _TASK, {"skip_task": True})
    _put(web, _TASK, {"skip_task": False})

    answer = _restore(web, _TASK, _history(web, _TASK)[0]["id"], **{"If-Match": seen})

    assert answer.status_code == 409
    assert answer.json()["data"]["problems"][0]["code"] == "preset_conflict"
    assert web.get(_TASK).json()["data"] == {"skip_task": False}


def test_before_the_first_change_there_was_nothing(web: WebClient) -> None:
    _put(web, _MODALITY, {"skip_task": True})

    answer = _restore(web, _MODALITY, _history(web, _MODALITY)[0]["id"])

    assert answer.status_code == 409
    assert answer.json()["data"]["problems"][0]["code"] == "nothing_to_restore"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (_TASK, 404, "preset_change_unknown"),
        ("/api/v2/parameters/job_types/j/tasks/t/no_modality", 400, "preset_key_invalid"),
    ],
)
def test_what_cannot_be_put_back(web: WebClient, path: str, status: int, code: str) -> None:
    answer = _restore(web, path, 1)

    assert answer.status_code == status
    assert answer.json()["data"]["problems"][0]["code"] == code


def test_only_administrators_put_back(web: WebClient, app: FastAPI) -> None:
    _put(web, _TASK, {"skip_task": True})
    (change,) = _history(web, _TASK)

    answer = _restore(WebClient(app, "10.1.2.3"), _TASK, change["id"])

    assert answer.status_code == 401
    assert _history(web, _TASK) == [change]
