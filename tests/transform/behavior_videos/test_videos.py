from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.transform.behavior_videos.errors import VideosNotCompressible
from aind_data_transfer_service.transform.behavior_videos.settings import BehaviorVideosSettings
from aind_data_transfer_service.transform.behavior_videos.videos import Session, find_files

AS_IT_IS = {"compression_enum": "no compression"}


def found(source: Path, *names: str, **settings: Any) -> Session:
    for name in names:
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return find_files(source, BehaviorVideosSettings.model_validate(settings))


def test_videos_become_mp4_and_all_other_files_stay(tmp_path: Path) -> None:
    session = found(tmp_path, "a.MKV", "b/c.avi", "b/c.csv", "b/.hidden", "notes.txt")

    assert {video.name: video.output for video in session.videos} == {
        "a.MKV": "a.mp4",
        "b/c.avi": "b/c.mp4",
    }
    assert session.others == ("b/.hidden", "b/c.csv", "notes.txt")


def test_links_to_folders_are_followed(tmp_path: Path) -> None:
    found(tmp_path / "elsewhere", "a.avi")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "linked").symlink_to(tmp_path / "elsewhere")

    session = found(tmp_path / "source")

    assert [video.output for video in session.videos] == ["linked/a.mp4"]


def test_two_videos_for_one_name_are_refused_and_both_named(tmp_path: Path) -> None:
    with pytest.raises(VideosNotCompressible) as refused:
        found(tmp_path, "a.avi", "a.mkv", "b.mp4")

    (problem,) = refused.value.problems
    assert problem.code == "video_names_collide"
    assert (str(tmp_path / "a.mkv"), "a.avi") == (problem.path, problem.message.split()[4])


def test_a_video_never_takes_the_name_of_one_that_stays(tmp_path: Path) -> None:
    with pytest.raises(VideosNotCompressible, match=r"would become a\.mp4"):
        found(
            tmp_path,
            "a.avi",
            "a.mp4",
            video_specific_compression_requests=[["a.mp4", AS_IT_IS]],
        )


def test_the_nearest_request_holds(tmp_path: Path) -> None:
    session = found(
        tmp_path,
        "a.avi",
        "raw/b.avi",
        "raw/deep/c.avi",
        "raw/d.avi",
        video_specific_compression_requests=[
            ["raw", AS_IT_IS],
            [str(tmp_path / "raw" / "d.avi"), {"compression_enum": "no gamma"}],
        ],
    )

    assert [video.name for video in session.videos] == ["a.avi", "raw/d.avi"]
    assert not session.videos[1].recipe.colours_are_bt709
    assert session.others == ("raw/b.avi", "raw/deep/c.avi")


@pytest.mark.parametrize("place", ["nowhere.avi", "../a.avi", "/etc/passwd"])
def test_a_request_for_what_is_not_there_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(VideosNotCompressible) as refused:
        found(tmp_path / "source", "a.avi", video_specific_compression_requests=[[place, AS_IT_IS]])

    assert refused.value.problems[0].code == "video_missing"


def test_what_a_filter_leaves_out_stays_as_it_is(tmp_path: Path) -> None:
    session = found(tmp_path, "face.avi", "body.avi", "face.csv", file_filter="^face")

    assert [video.name for video in session.videos] == ["face.avi"]
    assert session.others == ("body.avi", "face.csv")
