"""gather_preliminary_metadata with a source that answers, one that does not, and none."""

import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.metadata.options import MetadataOptions
from aind_data_transfer_service.settings import RetryPolicy
from aind_data_transfer_service.tasks.spec import ResultState, TaskResult

from ..metadata.stub import StubTools
from .factories import ASSET_NAME, JOB_ID, attempt, make_plan, make_spec, modality

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


class TestOfSources:
    """``acquisition.json`` of a SmartSPIM session, which its compression leaves in the source."""

    ACQUISITION = '{"subject_id": "690165",  "tiles": []}'

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        folder = tmp_path / "share" / "spim"
        folder.mkdir(parents=True)
        (folder / "acquisition.json").write_text(self.ACQUISITION)
        return folder

    def plan(
        self, tmp_path: Path, source: Path, *, compress: bool = True, **changes: Any
    ) -> JobPlan:
        spim = modality(source, "SPIM", compress=compress)
        return make_plan(tmp_path, modalities=(spim,), **changes)

    def test_it_is_carried_into_the_asset_byte_for_byte(
        self, tmp_path: Path, staging: Path, source: Path
    ) -> None:
        outputs = gather(tmp_path, None, plan=self.plan(tmp_path, source)).outputs
        assert (staging / "acquisition.json").read_text() == self.ACQUISITION
        assert outputs["from_sources"] == ["acquisition.json"]
        assert "acquisition.json" not in outputs["copied"] + outputs["written"]

    def test_nothing_is_carried_where_the_source_is_uploaded_as_it_is(
        self, tmp_path: Path, staging: Path, source: Path
    ) -> None:
        plan = self.plan(tmp_path, source, compress=False)
        assert gather(tmp_path, None, plan=plan).outputs["from_sources"] == []
        assert not (staging / "acquisition.json").exists()

    @pytest.mark.parametrize(
        ("given", "told"),
        [('{"subject_id": "690165"}', True), (ACQUISITION.replace(" ", ""), False)],
    )
    def test_metadata_dir_wins_and_a_difference_is_told(
        self, tmp_path: Path, staging: Path, source: Path, given: str, *, told: bool
    ) -> None:
        folder = tmp_path / "metadata"
        folder.mkdir()
        (folder / "acquisition.json").write_text(given)
        plan = self.plan(tmp_path, source, metadata_dir=str(folder))
        outputs = gather(tmp_path, None, plan=plan).outputs
        assert (staging / "acquisition.json").read_text() == given
        assert outputs["from_sources"] == []
        warning = (
            f"acquisition.json: {source / 'acquisition.json'} says otherwise, and is left there"
        )
        assert (warning in outputs["warnings"]) is told

    def test_what_is_gathered_wins(
        self, tmp_path: Path, staging: Path, source: Path, tools: StubTools
    ) -> None:
        tools.answers(gather={"files": {"acquisition.json": {"subject_id": "690165"}}})
        outputs = gather(tmp_path, tools, plan=self.plan(tmp_path, source)).outputs
        assert json.loads((staging / "acquisition.json").read_text()) == {"subject_id": "690165"}
        assert "acquisition.json" in outputs["written"]

    def test_what_is_not_json_stays_where_it_is(
        self, tmp_path: Path, staging: Path, source: Path
    ) -> None:
        (source / "acquisition.json").write_text("{")
        outputs = gather(tmp_path, None, plan=self.plan(tmp_path, source)).outputs
        assert not (staging / "acquisition.json").exists()
        [warning] = [each for each in outputs["warnings"] if "acquisition" in each]
        assert warning.startswith("acquisition.json: left in the source: ")

    def test_a_source_without_one_has_none(
        self, tmp_path: Path, staging: Path, source: Path
    ) -> None:
        (source / "acquisition.json").unlink()
        assert (
            gather(tmp_path, None, plan=self.plan(tmp_path, source)).outputs["from_sources"] == []
        )
        assert not (staging / "acquisition.json").exists()
