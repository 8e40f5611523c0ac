"""Behavior videos, checked, compressed and written about as the pipeline does."""

import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.tasks.spec import ResultState, TaskResult
from aind_data_transfer_service.testing.sample_videos import make_behavior_videos

from .factories import JOB_ID, attempt, earlier, make_plan, make_spec, modality

FAST = {
    "compression_enum": "user defined",
    "user_ffmpeg_output_options": "-c:v libx264 -preset ultrafast -crf 45",
}


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    return make_behavior_videos(tmp_path / "share" / "videos", seconds=0.3)


def plan_of(tmp_path: Path, videos: Path, settings: dict[str, Any]) -> JobPlan:
    (tmp_path / "staging" / JOB_ID).mkdir(parents=True, exist_ok=True)
    one = modality(videos, "behavior-videos", compress=True, job_settings=settings)
    return make_plan(tmp_path, modalities=(one,))


def check(tmp_path: Path, plan: JobPlan) -> TaskResult:
    return attempt(make_spec(tmp_path, TaskId.CHECK_SOURCE_FOLDERS_EXIST, plan=plan))


def test_videos_are_compressed_and_the_other_files_are_there(tmp_path: Path, videos: Path) -> None:
    plan = plan_of(tmp_path, videos, {"compression_requested": FAST})
    assert check(tmp_path, plan).outputs["warnings"] == []

    done = attempt(make_spec(tmp_path, TaskId.COMPRESS_DATA, map_index=0, plan=plan))

    assert done.state == ResultState.SUCCESS, done.error
    folder = tmp_path / "staging" / JOB_ID / "behavior-videos"
    times = folder / "FaceCamera" / "metadata.csv"
    assert times.readlink() == videos / "FaceCamera" / "metadata.csv"
    assert not (folder / "FaceCamera" / "video.mp4").is_symlink()
    assert [video["name"] for video in done.outputs["videos"]] == [
        "BodyCamera/video.mp4",
        "FaceCamera/video.mp4",
    ]
    assert done.outputs["action"] == "compressed"
    assert done.outputs["ratio"] > 1
    assert done.outputs["parameters"]["lossless"] is False

    task = earlier(
        TaskId.COMPRESS_DATA,
        0,
        outputs=done.outputs,
        started_at=done.started_at,
        ended_at=done.ended_at,
    )
    attempt(make_spec(tmp_path, TaskId.GATHER_FINAL_METADATA, plan=plan, earlier=(task,)))
    document = json.loads((folder.parent / "processing.json").read_text())
    (process,) = document["processing_pipeline"]["data_processes"]
    assert "not lossless" in process["notes"]
    assert process["outputs"]["videos"] == done.outputs["videos"]


def test_what_is_wrong_is_told_before_any_work(tmp_path: Path, videos: Path) -> None:
    (videos / "broken.avi").write_bytes(b"no video")

    result = check(tmp_path, plan_of(tmp_path, videos, {}))

    assert result.error is not None
    (problem,) = result.error.details["problems"]
    assert problem["code"] == "video_unreadable"
    assert problem["path"] == str(videos / "broken.avi")


def test_options_that_are_not_taken_are_told_before_any_work(tmp_path: Path, videos: Path) -> None:
    request = {**FAST, "user_ffmpeg_output_options": "-vf movie=/etc/passwd"}

    result = check(tmp_path, plan_of(tmp_path, videos, {"compression_requested": request}))

    assert result.error is not None
    assert "transform_settings_invalid" in result.error.message
    assert "movie=/etc/passwd" in result.error.message


def test_a_folder_without_videos_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "share" / "videos"
    folder.mkdir(parents=True)
    (folder / "times.csv").write_text("1\n")

    result = check(tmp_path, plan_of(tmp_path, folder, {}))

    assert result.outputs["warnings"] == [
        f"behavior-videos: There is no video to compress in {folder}"
    ]
    plan = plan_of(tmp_path, folder, {})
    done = attempt(make_spec(tmp_path, TaskId.COMPRESS_DATA, map_index=0, plan=plan))
    assert done.state == ResultState.SUCCESS, done.error
