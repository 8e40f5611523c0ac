"""What the mapper is asked for, and what its answers mean."""

import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.errors import TransferError
from aind_data_transfer_service.metadata.errors import SessionSettingsInvalid
from aind_data_transfer_service.metadata.mapper import MapperSource
from aind_data_transfer_service.ports.metadata_source import (
    Gathered,
    GatherRequest,
    MetadataNotGathered,
)

from ..tasks.factories import ASSET_NAME, make_plan
from .stub import StubTools

FIBER: dict[str, Any] = {
    "job_settings_name": "FiberPhotometry",
    "data_directory": "/share/fib",
    "experimenter_full_name": ["John Apple"],
    "subject_id": "690165",
    "rig_id": "428",
    "mouse_platform_name": "Disc",
    "active_mouse_platform": False,
    "iacuc_protocol": "2115",
    "notes": "",
    "data_streams": [],
}
SMARTSPIM = {"job_settings_name": "SmartSPIM", "input_source": "/share/spim", "subject_id": "1"}


@pytest.fixture
def tools(tmp_path: Path) -> StubTools:
    return StubTools(tmp_path / "tools")


def gather(
    tools: StubTools,
    tmp_path: Path,
    settings: dict[str, Any] | None = None,
    *,
    given: frozenset[str] = frozenset(),
    service_url: str | None = "http://metadata/",
    roots: tuple[str, ...] = (),
    **plan: Any,
) -> Gathered:
    source = MapperSource(tools.command, service_url=service_url, service_timeout=3)
    request = GatherRequest(make_plan(tmp_path, **plan), settings or {}, given, roots, tmp_path)
    return source.gather(request)


def session(job_settings: dict[str, Any]) -> dict[str, Any]:
    return {"session_settings": {"job_settings": job_settings}}


def test_the_facts_of_the_job_are_asked_for_at_our_service(
    tools: StubTools, tmp_path: Path
) -> None:
    gather(tools, tmp_path, {"rig_settings": {"rig_id": "323"}})
    asked = tools.asked()
    assert asked["timeout"] == 3
    assert asked["job_settings"] == {
        "directory_to_write_to": str(tmp_path),
        "metadata_service_domain": "http://metadata",
        "subject_settings": {"subject_id": "690165"},
        "procedures_settings": {"subject_id": "690165"},
        "raw_data_description_settings": {
            "name": ASSET_NAME,
            "project_name": "Ephys Platform",
            "modality": [{"name": "Behavior", "abbreviation": "behavior"}],
            "institution": asked["job_settings"]["raw_data_description_settings"]["institution"],
        },
        "rig_settings": {"rig_id": "323"},
    }


def test_what_the_session_brings_is_not_asked_for(tools: StubTools, tmp_path: Path) -> None:
    given = frozenset({"subject.json", "data_description.json", "session.json"})
    gather(tools, tmp_path, session(FIBER), given=given)
    settings = tools.asked()["job_settings"]
    assert settings.keys().isdisjoint(
        {"subject_settings", "raw_data_description_settings", "session_settings"}
    )


def test_nothing_runs_where_nothing_is_asked_for(tools: StubTools, tmp_path: Path) -> None:
    gathered = gather(tools, tmp_path, {"rig_settings": {"rig_id": "323"}}, service_url=None)
    assert not tools.was_asked()
    assert gathered.documents == {}
    assert "asks no metadata service" in gathered.warnings[0]


def test_no_description_is_asked_for_without_a_platform(tools: StubTools, tmp_path: Path) -> None:
    gather(tools, tmp_path, platform=None, platform_name=None)
    assert "raw_data_description_settings" not in tools.asked()["job_settings"]


def test_an_extractor_that_writes_a_file_writes_it_into_our_folder(
    tools: StubTools, tmp_path: Path
) -> None:
    gather(tools, tmp_path, session(FIBER | {"output_directory": "/share/fib"}))
    settings = tools.asked()["job_settings"]["session_settings"]["job_settings"]
    assert settings["output_directory"] == str(tmp_path)


def test_settings_from_a_file_are_handed_over_whole(tools: StubTools, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(FIBER | {"notes": "of the file", "unknown": 1}))
    given = {"user_settings_config_file": str(file), "rig_id": "of the request"}
    gather(tools, tmp_path, session(given | {"job_settings_name": "FiberPhotometry"}))
    settings = tools.asked()["job_settings"]["session_settings"]["job_settings"]
    assert settings["user_settings_config_file"] is None
    assert settings["notes"] == "of the file"
    assert settings["rig_id"] == "of the request"
    assert "unknown" not in settings


def test_folders_in_a_file_lie_in_the_roots_when_the_job_runs_too(
    tools: StubTools, tmp_path: Path
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(FIBER | {"data_directory": "/etc"}))
    given = {"user_settings_config_file": str(file), "job_settings_name": "FiberPhotometry"}
    with pytest.raises(TransferError) as raised:
        gather(tools, tmp_path, session(given), roots=(str(tmp_path),))
    assert raised.value.code == "source_outside_roots"


@pytest.mark.parametrize(
    "path", ["slims/smartspim_imaging", "http://metadata/slims/smartspim_imaging"]
)
def test_an_acquisition_is_asked_for_at_our_service(
    tools: StubTools, tmp_path: Path, path: str
) -> None:
    settings = SMARTSPIM | {"metadata_service_path": path}
    gather(tools, tmp_path, {"acquisition_settings": {"job_settings": settings}})
    asked = tools.asked()["job_settings"]["acquisition_settings"]["job_settings"]
    assert asked["metadata_service_path"] == "http://metadata/slims/smartspim_imaging"


@pytest.mark.parametrize("service_url", ["http://metadata", None])
def test_no_other_service_is_asked(
    tools: StubTools, tmp_path: Path, service_url: str | None
) -> None:
    settings = SMARTSPIM | {"metadata_service_path": "http://169.254.169.254/latest"}
    with pytest.raises(SessionSettingsInvalid):
        gather(
            tools,
            tmp_path,
            {"acquisition_settings": {"job_settings": settings}},
            service_url=service_url,
        )
    assert not tools.was_asked()


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (404, "metadata_not_found", False),
        (300, "metadata_service_refused", False),
        (400, "metadata_service_refused", False),
        (500, "metadata_service_unavailable", True),
        (503, "metadata_service_unavailable", True),
        (None, "metadata_service_unavailable", True),
    ],
)
def test_a_failure_of_the_service_has_its_code(
    tools: StubTools, tmp_path: Path, status: int | None, code: str, *, retryable: bool
) -> None:
    failure = {"file": "subject.json", "message": "said", "status": status, "kind": "service"}
    tools.answers(gather={"failures": [failure], "files": {"procedures.json": {"a": 1}}})
    gathered = gather(tools, tmp_path)
    error = gathered.failures["subject.json"]
    assert (error.code, error.retryable) == (code, retryable)
    assert error.message == "subject.json: said"
    assert gathered.documents == {"procedures.json": {"a": 1}}


def test_an_extractor_that_fails_ends_the_gathering(tools: StubTools, tmp_path: Path) -> None:
    failure = {
        "file": "session.json",
        "message": "the extractor said: no disk",
        "status": None,
        "kind": "extractor",
    }
    tools.answers(gather={"failures": [failure]})
    with pytest.raises(MetadataNotGathered, match="the extractor said: no disk"):
        gather(tools, tmp_path, session(FIBER))
