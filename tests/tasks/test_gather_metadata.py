"""gather_preliminary_metadata with a source that answers, one that does not, and none."""

import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.metadata.options import MetadataOptions
from aind_data_transfer_service.settings import RetryPolicy
from aind_data_transfer_service.tasks.spec import ResultState, TaskResult

from ..metadata.stub import StubTools
from .factories import ASSET_NAME, JOB_ID, attempt, make_plan, make_spec

RIG = {"rig_settings": {"rig_id": "323"}}


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    folder = tmp_path / "staging" / JOB_ID
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def tools(tmp_path: Path) -> StubTools:
    return StubTools(tmp_path / "tools")


def run(tmp_path: Path, tools: StubTools | None, task: TaskId, **changes: Any) -> TaskResult:
    options = MetadataOptions(
        mapper=tools.command if tools else None,
        service_url="http://metadata",
        go_on_incomplete=changes.pop("go_on", False),
    )
    return attempt(make_spec(tmp_path, task, metadata=options, **changes))


def gather(tmp_path: Path, tools: StubTools | None, **changes: Any) -> TaskResult:
    return run(tmp_path, tools, TaskId.GATHER_PRELIMINARY_METADATA, **changes)


def away(file: str, status: int | None) -> dict[str, Any]:
    return {"file": file, "message": "said", "status": status, "kind": "service"}


def test_what_is_gathered_is_staged_beside_what_the_session_brings(
    tmp_path: Path, staging: Path, tools: StubTools
) -> None:
    folder = tmp_path / "metadata"
    folder.mkdir()
    (folder / "subject.json").write_text('{"subject_id": "690165"}')
    described = {"name": ASSET_NAME, "subject_id": "690165"}
    tools.answers(
        gather={
            "files": {"data_description.json": described, "session.json": {"subject_id": "1"}},
            "notes": [{"file": "session.json", "message": "406", "status": 406}],
        }
    )
    plan = make_plan(tmp_path, metadata_dir=str(folder))

    outputs = gather(tmp_path, tools, plan=plan).outputs

    assert outputs["copied"] == ["subject.json"]
    assert outputs["written"] == ["data_description.json", "session.json"]
    assert outputs["warnings"] == [
        "session.json: 406",
        "session.json: subject_id is '1', but the job's is '690165'",
    ]
    assert json.loads((staging / "data_description.json").read_text()) == described


@pytest.mark.parametrize(
    ("status", "tries", "goes_on"),
    [(404, 1, True), (503, 1, False), (503, 4, False), (503, 5, True), (None, 5, True)],
)
@pytest.mark.usefixtures("staging")
def test_a_job_goes_on_incomplete_only_if_it_is_not_tried_again(
    tmp_path: Path, tools: StubTools, status: int | None, tries: int, *, goes_on: bool
) -> None:
    tools.answers(gather={"failures": [away("subject.json", status)]})
    result = gather(tmp_path, tools, go_on=True, tries=tries, retry=RetryPolicy(times=4))
    assert (result.state is ResultState.SUCCESS) is goes_on
    if goes_on:
        assert result.outputs["incomplete"] == ["subject.json"]
        assert "Incomplete: subject.json: said" in result.outputs["warnings"]


@pytest.mark.usefixtures("staging")
def test_unless_told_otherwise_a_job_does_not_go_on(tmp_path: Path, tools: StubTools) -> None:
    """Of several failures the one that another try can help with is told."""
    failures = [away("subject.json", 404), away("procedures.json", 503)]
    tools.answers(gather={"failures": failures})
    result = gather(tmp_path, tools, tries=9)
    assert result.error is not None
    assert result.error.code == "metadata_service_unavailable"
    assert result.error.retryable


@pytest.mark.usefixtures("staging")
def test_without_a_mapper_what_is_asked_for_in_vain_is_told(tmp_path: Path) -> None:
    outputs = gather(tmp_path, None, settings=RIG).outputs
    assert outputs["source"] == "built-in"
    assert outputs["written"] == ["data_description.json"]
    assert outputs["warnings"][0].startswith("rig.json is not gathered: rig_settings needs")


def test_the_record_is_written_last_and_holds_all_files(tmp_path: Path, staging: Path) -> None:
    (staging / "subject.json").write_text('{"subject_id": "690165"}')
    result = run(tmp_path, None, TaskId.GATHER_FINAL_METADATA)
    record = json.loads((staging / "metadata.nd.json").read_text())
    assert result.outputs["metadata_status"] == record["metadata_status"] == "Unknown"
    assert record["name"] == ASSET_NAME
    assert record["location"] == f"{(tmp_path / 'bucket').as_uri()}/{ASSET_NAME}"
    assert record["subject"] == {"subject_id": "690165"}
    assert record["processing"] == json.loads((staging / "processing.json").read_text())
    assert record["rig"] is None


@pytest.mark.parametrize(
    ("status", "subject", "told"),
    [("Missing", {"a": 1}, "Invalid"), ("Missing", None, "Missing"), ("Valid", {"a": 1}, "Valid")],
)
@pytest.mark.usefixtures("staging")
def test_the_librarys_record_is_taken_with_its_verdict(
    tmp_path: Path, tools: StubTools, status: str, subject: dict[str, Any] | None, told: str
) -> None:
    record = {"metadata_status": status, "subject": subject}
    tools.answers(gather={"files": {"metadata.nd.json": record}})
    result = run(tmp_path, tools, TaskId.GATHER_FINAL_METADATA)
    assert result.outputs["metadata_status"] == told
    asked = tools.asked()["job_settings"]["metadata_settings"]
    assert asked["processing_filepath"].endswith("/processing.json")


@pytest.mark.usefixtures("staging")
def test_a_record_that_cannot_be_made_fails_the_task(tmp_path: Path, tools: StubTools) -> None:
    failure = away("metadata.nd.json", None) | {"kind": "extractor"}
    tools.answers(gather={"failures": [failure]})
    result = run(tmp_path, tools, TaskId.GATHER_FINAL_METADATA)
    assert result.error is not None
    assert result.error.code == "metadata_not_gathered"
