from fastapi import FastAPI

from aind_data_transfer_service.server.app import create_app
from aind_data_transfer_service.settings import ProjectSettings, Settings

from .factories import Jobsite
from .requests import v2_request
from .web_client import WebClient


def test_the_words_of_requests(web: WebClient) -> None:
    words = web.get("/api/v2/vocabulary").json()

    assert {"name": "Electrophysiology platform", "abbreviation": "ecephys"} in words["platforms"]
    assert {"name": "Behavior", "abbreviation": "behavior"} in words["modalities"]
    assert words["buckets"] == ["default", "private", "open", "scratch"]
    assert {"custom", "default", "ecephys"} <= set(words["job_types"])
    assert words["notification_types"] == ["begin", "end", "fail", "retry", "all"]
    assert words["tasks"][0]["task_id"] == "send_job_start_email"


def test_any_project_may_be_named(web: WebClient) -> None:
    answer = web.get("/api/v2/project_names").json()

    assert (answer["names"], answer["stale_reason"]) == (None, None)


def test_project_names_come_from_their_source(settings: Settings, jobsite: Jobsite) -> None:
    source = settings.home_folder / "names.txt"
    source.write_text("Ephys Platform\nOther\n")
    from_file = settings.model_copy(update={"projects": ProjectSettings(file=source)})
    app = create_app(from_file, jobsite.database, jobsite.queue)
    web = _started(app)

    assert web.get("/api/v2/project_names").json()["names"] == ["Ephys Platform", "Other"]
    assert web.post("/api/v2/validate_json", json=v2_request()).status_code == 200
    refused = web.post("/api/v2/validate_json", json=v2_request(project_name="Nope"))
    assert refused.status_code == 406
    assert refused.json()["data"]["problems"][0]["field"] == "upload_jobs[0].project_name"

    app.state.service.lookups.close()


def _started(app: FastAPI) -> WebClient:
    app.state.service.lookups.start()
    return WebClient(app)


def test_a_preset_made_by_the_api_is_a_job_type_at_once(web: WebClient) -> None:
    body = v2_request(job_type="new")
    assert web.post("/api/v2/validate_json", json=body).status_code == 406

    path = "/api/v2/parameters/job_types/new/tasks/upload_data_to_s3"
    assert web.ask("PUT", path, json={"skip_task": False}).status_code == 200

    assert "new" in web.get("/api/v2/vocabulary").json()["job_types"]
    assert web.post("/api/v2/validate_json", json=body).status_code == 200
