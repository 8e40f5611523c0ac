import html
import re
from typing import Any

import pytest

from aind_data_transfer_service.settings import Settings

from ..web_client import WebClient

PRESET = "/job_params/v2/default/upload_data_to_s3"
KEY = {"version": "v2", "job_type": "default", "task_id": "upload_data_to_s3"}


@pytest.fixture
def revision(web: WebClient) -> str:
    return _revision(web)


def _revision(web: WebClient) -> str:
    found = re.search(r'name="replaces" value="([^"]+)"', web.get(PRESET).text)
    assert found is not None
    return found[1]


def _text(web: WebClient, address: str) -> str:
    answer = web.get(address)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def _save(web: WebClient, value: str, **fields: Any) -> Any:
    return web.post("/job_params", data=KEY | {"value": value} | fields)


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("", "modality_transformation_settings", "No preset"),
        ("?job_type=ecephys", "modality_transformation_settings", ">smartspim</a>"),
        ("?task_id=verify_upload", "verify_upload", "<code>upload_data_to_s3"),
        ("?modality=ecephys", ">ecephys</a>", ">smartspim</a>"),
        ("?search=SKIP_task", "remove_source_folders", ">smartspim</a>"),
        ("?version=v1", "No preset is like that", ">default</a>"),
    ],
)
def test_the_list_is_narrowed(web: WebClient, query: str, there: str, not_there: str) -> None:
    text = _text(web, f"/job_params{query}")

    assert there in text
    assert not_there not in text


def test_a_change_is_saved_told_compared_and_restored(web: WebClient, revision: str) -> None:
    value = '{"job_settings": {"concurrency": 24}}'

    saved = _save(web, value, why="faster network", replaces=revision)

    assert (saved.status_code, saved.headers["location"]) == (303, PRESET)
    text = _text(web, PRESET)
    assert "faster network" in text
    assert re.search(r'class="removed">- +"concurrency": 8<', text)
    assert re.search(r'class="added">\+ +"concurrency": 24<', text)
    assert "From before change 1 to now" in _text(web, f"{PRESET}?compare=1")

    restored = web.post("/job_params/restore", data=KEY | {"change_id": "1"})

    assert restored.status_code == 303
    text = _text(web, PRESET)
    assert "As before change 1" in text
    assert re.search(r'<pre data-copy[^>]*><code>[^<]*"concurrency": 8\n', text)


@pytest.mark.parametrize(
    ("value", "status", "message"),
    [
        ("{", 400, "not valid JSON"),
        ("[]", 406, "not a JSON object"),
        ('{"job_setings": {}}', 406, "Did you mean 'job_settings'"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    web: WebClient, revision: str, value: str, status: int, message: str
) -> None:
    answer = _save(web, value, replaces=revision)

    assert answer.status_code == status
    text = html.unescape(answer.text)
    assert message in text
    assert f">{value}</textarea>" in text


def test_a_change_by_somebody_else_is_not_written_over(web: WebClient, revision: str) -> None:
    _save(web, '{"job_settings": {"concurrency": 24}}', replaces=revision)

    late = _save(web, '{"job_settings": {"concurrency": 2}}', replaces=revision)
    new = _save(web, "{}")

    assert (late.status_code, "preset_conflict" in late.text) == (409, True)
    assert (new.status_code, "preset_there" in new.text) == (409, True)
    assert _revision(web) != revision


def test_a_new_preset_is_made(web: WebClient) -> None:
    assert "New preset" in _text(web, "/job_params/new")

    answer = _save(web, "{}", job_type="mine", modality="ecephys")
    wrong = _save(web, "{}", job_type="a/b")

    assert answer.headers["location"] == "/job_params/v2/mine/upload_data_to_s3/ecephys"
    assert "mine" in _text(web, "/job_params?job_type=mine")
    assert (wrong.status_code, "preset_key_invalid" in wrong.text) == (406, True)


def test_a_broken_preset_is_shown_and_can_be_set_anew(web: WebClient, settings: Settings) -> None:
    path = settings.presets_folder / "v2" / "default" / "tasks" / "upload_data_to_s3.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")

    assert ">broken<" in _text(web, "/job_params").replace("</svg>", ">")
    assert "It cannot be used" in _text(web, PRESET)
    assert _save(web, "{}").status_code == 303
    assert "It cannot be used" not in _text(web, PRESET)


def test_only_administrators_edit(web: WebClient) -> None:
    stranger = WebClient(web.app, address="203.0.113.9")

    text = _text(stranger, PRESET)

    assert "Sign in to edit" in text
    assert "<textarea" not in text
    assert _save(stranger, "{}").status_code == 401
    assert stranger.get("/job_params/new").status_code == 401


def test_what_is_not_there_is_not_found(web: WebClient) -> None:
    assert web.get("/job_params/v2/default/nope").status_code == 404
    assert web.get("/job_params/v3/default/nope").status_code == 406
    assert web.get("/job_params/v2/default/upload_data_to_s3/nope").status_code == 406
