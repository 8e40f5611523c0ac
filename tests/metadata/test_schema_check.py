"""Each file goes to the library of the generation that it declares."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.metadata.options import MetadataOptions
from aind_data_transfer_service.metadata.schema_check import generation
from aind_data_transfer_service.tasks.spec import ResultState

from ..tasks.factories import JOB_ID, attempt, make_spec
from .stub import StubTools


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_the_generation_is_what_the_version_begins_with(major: int, minor: int, patch: int) -> None:
    assert generation({"schema_version": f"{major}.{minor}.{patch}"}) == major


@pytest.mark.parametrize("version", [None, "", "one", "1", "v1.0.0", "1.0.0-beta", ["1.0.0"]])
def test_what_is_no_version_declares_nothing(version: object) -> None:
    document = {} if version is None else {"schema_version": version}
    assert generation(document) is None


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    folder = tmp_path / "staging" / JOB_ID
    folder.mkdir(parents=True)
    versions = {"subject": "1.0.2", "session": "1.0.3", "acquisition": "2.1.0", "rig": "0.5.1"}
    for name, version in versions.items():
        (folder / f"{name}.json").write_text(json.dumps({"schema_version": version}))
    return folder


def check(tmp_path: Path, **options: Any) -> dict[str, Any]:
    spec = make_spec(tmp_path, TaskId.CHECK_METADATA_FILES, metadata=MetadataOptions(**options))
    result = attempt(spec)
    assert result.state is ResultState.SUCCESS, result.error
    return result.outputs


def test_without_libraries_nothing_is_called_valid(tmp_path: Path, staging: Path) -> None:
    outputs = check(tmp_path)
    assert outputs["valid"] == []
    assert outputs["invalid"] == []
    assert outputs["unchecked"].keys() == {file.name for file in staging.iterdir()}
    assert outputs["unchecked"]["session.json"] == "aind-data-schema 1.x is not set up"


@pytest.mark.usefixtures("staging")
def test_each_library_gets_its_files_and_what_it_says_is_told(tmp_path: Path) -> None:
    first, second = StubTools(tmp_path / "first"), StubTools(tmp_path / "second")
    problems = [f"data_streams.{number}: wrong" for number in range(7)]
    first.answers(check={"files": {"subject.json": [], "session.json": problems}})
    second.answers(check={"files": {"acquisition.json": None}, "version": "2.9.2"})

    outputs = check(tmp_path, mapper=first.command, schema2=second.command)

    assert first.asked()["files"].keys() == {"subject.json", "session.json"}
    assert second.asked()["files"].keys() == {"acquisition.json"}
    assert outputs["valid"] == ["subject.json"]
    assert outputs["invalid"] == ["acquisition.json", "session.json"]
    assert outputs["unchecked"] == {"rig.json": "there is no check for aind-data-schema 0.x"}
    assert outputs["aind_data_schema"] == {"1.x": "1.2.0", "2.x": "2.9.2"}
    told = [w for w in outputs["warnings"] if w.startswith("session.json is not valid")]
    assert told == [f"session.json is not valid: {'; '.join(problems[:5])} (and 2 more)"]


@pytest.mark.usefixtures("staging")
def test_a_library_does_not_judge_what_is_newer_than_itself(tmp_path: Path) -> None:
    tools = StubTools(tmp_path / "tools")
    found = {"session.json": ["KeyError: 'ephys_modules'"], "subject.json": []}
    tools.answers(check={"files": found, "newer": {"session.json": "1.0.1"}})
    outputs = check(tmp_path, mapper=tools.command)
    assert outputs["valid"] == ["subject.json"]
    assert outputs["invalid"] == []
    assert outputs["unchecked"]["session.json"] == (
        "it declares a schema_version newer than 1.0.1,"
        " the newest that aind-data-schema 1.2.0 knows"
    )


def test_a_library_that_cannot_be_run_fails_the_task(tmp_path: Path, staging: Path) -> None:
    spec = make_spec(
        tmp_path,
        TaskId.CHECK_METADATA_FILES,
        metadata=MetadataOptions(mapper=("/nowhere/python",)),
    )
    assert (staging / "subject.json").exists()
    result = attempt(spec)
    assert result.error is not None
    assert result.error.code == "metadata_tool_failed"
