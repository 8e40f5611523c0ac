"""gather_preliminary_metadata, check_metadata_files and gather_final_metadata."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.tasks.spec import EarlierTask, ResultState, TaskError, TaskResult

from .factories import ASSET_NAME, JOB_ID, attempt, earlier, make_plan, make_spec, modality


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    folder = tmp_path / "staging" / JOB_ID
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def metadata_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "share" / "aind_metadata"
    folder.mkdir(parents=True)
    (folder / "subject.json").write_bytes(b'{ "subject_id":  "690165" }')
    (folder / "rig.json").write_text("{}")
    return folder


def gather(tmp_path: Path, metadata_dir: Path | None, **changes: object) -> TaskResult:
    named = None if metadata_dir is None else str(metadata_dir)
    plan = make_plan(tmp_path, metadata_dir=named, **changes)
    return attempt(make_spec(tmp_path, TaskId.GATHER_PRELIMINARY_METADATA, plan=plan))


def check(tmp_path: Path) -> TaskResult:
    return attempt(make_spec(tmp_path, TaskId.CHECK_METADATA_FILES))


def error_of(result: TaskResult) -> TaskError:
    assert result.state == ResultState.FAILED
    assert result.error is not None
    return result.error


def document(path: Path) -> dict[str, Any]:
    loaded = json.loads(path.read_text())
    assert isinstance(loaded, dict)
    return loaded


def test_known_files_are_copied_byte_for_byte_and_the_others_are_told(
    tmp_path: Path, staging: Path, metadata_dir: Path
) -> None:
    (metadata_dir / "notes.txt").write_text("x")
    (metadata_dir / "my_rig.json").write_text("{}")
    (metadata_dir / "ecephys").mkdir()
    result = gather(tmp_path, metadata_dir)
    assert result.outputs["copied"] == ["subject.json", "rig.json"]
    assert result.outputs["written"] == ["data_description.json"]
    assert result.outputs["not_uploaded"] == ["my_rig.json", "notes.txt"]
    assert (staging / "subject.json").read_bytes() == (metadata_dir / "subject.json").read_bytes()
    assert sorted(path.name for path in staging.iterdir()) == [
        "data_description.json",
        "rig.json",
        "subject.json",
    ]


def test_without_a_metadata_folder_the_data_description_is_written(
    tmp_path: Path, staging: Path
) -> None:
    result = gather(tmp_path, None)
    written = document(staging / "data_description.json")
    assert written["name"] == ASSET_NAME
    assert result.outputs["copied"] == []
    assert [warning.split()[1] for warning in result.outputs["warnings"]] == [
        "funding_source",
        "investigators",
    ]


def test_a_data_description_that_was_given_is_kept_and_its_contradictions_are_told(
    tmp_path: Path, staging: Path, metadata_dir: Path
) -> None:
    given = {"name": "another", "subject_id": "690165"}
    (metadata_dir / "data_description.json").write_text(json.dumps(given))
    (metadata_dir / "subject.json").write_text('{"subject_id": "1"}')
    result = gather(tmp_path, metadata_dir)
    assert document(staging / "data_description.json") == given
    assert result.outputs["written"] == []
    assert result.outputs["warnings"] == [
        f"data_description.json: name is 'another', but the job's is '{ASSET_NAME}'",
        "subject.json: subject_id is '1', but the job's is '690165'",
    ]


def test_without_a_platform_no_data_description_is_made_up(tmp_path: Path, staging: Path) -> None:
    result = gather(tmp_path, None, platform=None, platform_name=None)
    assert result.outputs["written"] == []
    assert "without a platform" in result.outputs["warnings"][0]
    assert list(staging.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b'{\n  "a": 1,\n  "b" 2\n}', "line 3, column 7"),
        (b"", "line 1, column 1"),
        (b'{"a": "\xff"}', "byte 7"),
        (b"[]", "an object is needed"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_not_json_is_named_with_the_place(
    tmp_path: Path, staging: Path, metadata_dir: Path, content: bytes, where: str
) -> None:
    (metadata_dir / "rig.json").write_bytes(content)
    error = error_of(gather(tmp_path, metadata_dir))
    assert error.code == "metadata_invalid"
    assert str(metadata_dir / "rig.json") in error.message
    assert where in error.message
    assert not (staging / "rig.json").exists()


def test_gathering_again_leaves_what_is_there_now(
    tmp_path: Path, staging: Path, metadata_dir: Path
) -> None:
    gather(tmp_path, metadata_dir)
    (staging / ".rig.json.0a1b2c3d.partial").write_text("{")
    (metadata_dir / "rig.json").unlink()
    (metadata_dir / "session.json").write_text("{}")
    gather(tmp_path, metadata_dir)
    assert sorted(path.name for path in staging.iterdir()) == [
        "data_description.json",
        "session.json",
        "subject.json",
    ]


def test_what_is_missing_is_told_and_does_not_fail(tmp_path: Path, staging: Path) -> None:
    (staging / "data_description.json").write_text("{}")
    (staging / "rig.json").write_text("{}")
    (staging / "instrument.json").write_text("{}")
    result = check(tmp_path)
    assert result.state == ResultState.SUCCESS
    assert result.outputs["missing"] == [
        "subject.json",
        "procedures.json",
        "session.json or acquisition.json",
    ]
    assert "rig.json and instrument.json are both there" in result.outputs["warnings"][-1]


def test_a_staged_file_that_is_not_json_fails(tmp_path: Path, staging: Path) -> None:
    (staging / "session.json").write_text("{,}")
    assert "line 1, column 2" in error_of(check(tmp_path)).message


def two_modalities(tmp_path: Path) -> JobPlan:
    return make_plan(
        tmp_path,
        modalities=(
            modality("/share/ecephys", "ecephys", compress=True),
            modality("/share/behavior"),
        ),
    )


def compressed(**changes: object) -> tuple[EarlierTask, ...]:
    outputs = {
        "action": "compressed",
        "source_bytes": 200,
        "stored_bytes": 100,
        "ratio": 2.0,
        "streams": [],
        "parameters": {"codec": "pcodec"},
    }
    times: dict[str, object] = {
        "started_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "ended_at": datetime(2026, 1, 2, 4, 4, 5, tzinfo=UTC),
    }
    return (
        earlier(TaskId.COMPRESS_DATA, 0, outputs=outputs, **(times | changes)),
        earlier(TaskId.COMPRESS_DATA, 1, outputs={"action": "linked"}, **times),
    )


def finish(tmp_path: Path, tasks: tuple[EarlierTask, ...]) -> TaskResult:
    return attempt(
        make_spec(
            tmp_path,
            TaskId.GATHER_FINAL_METADATA,
            plan=two_modalities(tmp_path),
            earlier=tasks,
        )
    )


def processes_in(staging: Path) -> list[dict[str, Any]]:
    pipeline = document(staging / "processing.json")["processing_pipeline"]
    processes = pipeline["data_processes"]
    assert isinstance(processes, list)
    return processes


def test_what_was_compressed_is_written_and_what_was_linked_is_not(
    tmp_path: Path, staging: Path
) -> None:
    result = finish(tmp_path, compressed())
    assert result.outputs == {"compressed": 1, "merged": False, "metadata_status": "Unknown"}
    (process,) = processes_in(staging)
    assert process["name"] == "Compression"
    assert process["software_version"] == "2.0.0"
    assert process["start_date_time"] == "2026-01-02T03:04:05Z"
    assert process["end_date_time"] == "2026-01-02T04:04:05Z"
    assert process["input_location"] == "/share/ecephys"
    assert process["output_location"] == (tmp_path / "bucket").as_uri() + f"/{ASSET_NAME}/ecephys"
    assert process["parameters"] == {"codec": "pcodec"}
    assert process["outputs"]["ratio"] == 2.0


def test_with_nothing_compressed_the_list_of_processes_is_empty(
    tmp_path: Path, staging: Path
) -> None:
    finish(tmp_path, ())
    assert processes_in(staging) == []


def test_processing_that_came_with_the_session_is_kept_and_ours_is_added_once(
    tmp_path: Path, staging: Path
) -> None:
    theirs = {"name": "Spike sorting", "code_url": "https://sorter", "output_location": "/out"}
    came = {
        "schema_version": "1.1.3",
        "processing_pipeline": {"data_processes": [theirs], "processor_full_name": "A Person"},
    }
    (staging / "processing.json").write_text(json.dumps(came))
    finish(tmp_path, compressed())
    result = finish(tmp_path, compressed(ended_at=datetime(2026, 1, 3, tzinfo=UTC)))
    assert result.outputs == {"compressed": 1, "merged": True, "metadata_status": "Unknown"}
    first, second = processes_in(staging)
    assert first == theirs
    assert second["end_date_time"] == "2026-01-03T00:00:00Z"
    kept = document(staging / "processing.json")
    assert kept["processing_pipeline"]["processor_full_name"] == "A Person"


def test_processing_of_another_generation_is_left_alone_and_told(
    tmp_path: Path, staging: Path
) -> None:
    (staging / "processing.json").write_text('{"data_processes": []}')
    result = finish(tmp_path, compressed())
    assert document(staging / "processing.json") == {"data_processes": []}
    assert "is not in it" in result.outputs["warnings"][0]
