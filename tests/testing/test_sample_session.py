import csv
import json
from hashlib import sha256
from pathlib import Path

import av
import numpy as np
import pytest

from aind_data_transfer_service.testing.sample_session import (
    SampleSession,
    make_sample_session,
    sample_request,
)

SECONDS = 0.5


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> SampleSession:
    return make_sample_session(tmp_path_factory.mktemp("share"), seconds=SECONDS, channels=8)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_layout_is_that_of_the_user_guide(session: SampleSession) -> None:
    assert session.folder.name == "session_690165_2024-02-19"
    assert sorted(path.name for path in session.folder.iterdir()) == [
        "aind_metadata",
        "behavior_data",
        "behavior_videos",
        "ecephys_data",
    ]
    assert sorted(path.name for path in session.metadata.iterdir()) == [
        "procedures.json",
        "rig.json",
        "session.json",
        "subject.json",
    ]


def test_the_same_arguments_give_the_same_bytes(session: SampleSession, tmp_path: Path) -> None:
    again = make_sample_session(tmp_path, seconds=SECONDS, channels=8)
    assert digests(again.folder) == digests(session.folder)
    other = make_sample_session(tmp_path / "other", seconds=SECONDS, channels=8, seed=1)
    assert digests(other.behavior) != digests(session.behavior)


@pytest.mark.parametrize("camera", ["BodyCamera", "FaceCamera"])
def test_the_videos_can_be_read_move_and_have_a_time_for_each_frame(
    session: SampleSession, camera: str
) -> None:
    folder = session.behavior_videos / camera
    with av.open(str(folder / "video.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    with (folder / "metadata.csv").open() as file:
        times = [float(row["ReferenceTime"]) for row in csv.DictReader(file)]
    assert len(frames) == len(times) == 15
    assert times == sorted(times)
    moved = np.abs(frames[0].astype(int) - frames[-1].astype(int)) > 40
    assert moved.mean() > 0.005


def test_the_metadata_tell_of_this_session(session: SampleSession) -> None:
    documents = {p.name: json.loads(p.read_text()) for p in session.metadata.iterdir()}
    assert documents["subject.json"]["subject_id"] == session.subject_id
    told = documents["session.json"]
    assert told["session_start_time"] == "2024-02-19T11:25:17Z"
    assert told["session_end_time"] == "2024-02-19T11:25:17.500000Z"
    assert told["rig_id"] == documents["rig.json"]["rig_id"]


def test_the_request_names_every_folder(session: SampleSession) -> None:
    request = sample_request(session, bucket="open", user_email="scientist@example.org")
    (job,) = request["upload_jobs"]
    assert job["s3_bucket"] == "open"
    assert request["user_email"] == "scientist@example.org"
    named = {Path(modality["source"]).name for modality in job["modalities"]}
    named.add(Path(job["metadata_dir"]).name)
    assert named == {path.name for path in session.folder.iterdir()}
    assert "user_email" not in sample_request(session)
