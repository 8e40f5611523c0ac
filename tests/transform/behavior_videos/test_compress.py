import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from aind_data_transfer_service.errors import SourceChanged
from aind_data_transfer_service.transform.behavior_videos.compress import (
    _UNFINISHED,
    compress_videos,
)
from aind_data_transfer_service.transform.behavior_videos.errors import (
    FramesProofFailed,
    VideosNotCompressible,
)
from aind_data_transfer_service.transform.behavior_videos.headers import require_compressible
from aind_data_transfer_service.transform.behavior_videos.prove import prove
from aind_data_transfer_service.transform.behavior_videos.result import VideoResult
from aind_data_transfer_service.transform.behavior_videos.settings import BehaviorVideosSettings
from aind_data_transfer_service.transform.behavior_videos.videos import find_files

from .videos import RATE, copy_video, frame_times, write_video


class Work:
    """A source, an output, and what was told of the progress."""

    def __init__(self, folder: Path) -> None:
        self.source, self.output = folder / "source", folder / "output"
        self.record = folder / "record.json"
        self.progress: list[tuple[int, int]] = []
        self.on_progress: Callable[[], None] = lambda: None
        self.source.mkdir()

    def run(self, **settings: Any) -> list[VideoResult]:
        chosen = BehaviorVideosSettings.model_validate(settings)
        videos = find_files(self.source, chosen).videos
        require_compressible(videos)
        return compress_videos(
            self.source,
            videos,
            self.output,
            self.record,
            threads=1,
            progress=self._note,
        )

    def _note(self, done: int, total: int) -> None:
        self.progress.append((done, total))
        self.on_progress()


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.avi", "rawvideo", "gray"),
        ("a.mkv", "ffv1", "gray"),
        ("a.mov", "libx264", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
    ],
)
def test_every_frame_is_there_at_its_time(
    work: Work, name: str, codec: str, pixel_format: str
) -> None:
    source = write_video(work.source / "b" / name, codec=codec, pixel_format=pixel_format)

    (result,) = work.run()

    target = work.output / "b" / "a.mp4"
    assert frame_times(target) == pytest.approx(frame_times(source), abs=1e-3)
    assert (result.name, result.source, result.frames) == ("b/a.mp4", f"b/{name}", 20)
    assert (result.width, result.height) == (64, 48)
    assert result.raw_bytes == source.stat().st_size
    assert result.stored_bytes == target.stat().st_size
    assert sorted(path.name for path in work.output.rglob("*")) == ["a.mp4", "b"]
    assert work.progress[-1] == (result.raw_bytes, result.raw_bytes)


def test_frames_may_come_at_any_time(work: Work) -> None:
    times = [3, 4, 5, 9, 10, 30, 31]
    write_video(work.source / "a.mkv", times=times)

    work.run()

    found = frame_times(work.output / "a.mp4")
    assert np.diff(found) == pytest.approx(np.diff(times) / RATE, abs=1e-3)


def test_colours_are_those_of_the_standard_and_pictures_look_the_same(work: Work) -> None:
    source = write_video(work.source / "a.mkv", codec="ffv1", pixel_format="gray")

    work.run(compression_requested={"compression_enum": "no gamma"})

    assert _brightness(work.output / "a.mp4") == pytest.approx(_brightness(source), abs=3)
    (work.output / "a.mp4").unlink()
    work.run()
    with av.open(str(work.output / "a.mp4")) as container:
        coder = container.streams.video[0].codec_context
        found = (coder.color_primaries, coder.color_trc, coder.colorspace, coder.color_range)
    assert found == (1, 1, 1, 1)  # BT.709, limited range


def test_sound_is_kept_as_it_is(work: Work) -> None:
    source = write_video(work.source / "a.mkv", sound="aac")

    work.run()

    assert _sound(work.output / "a.mp4") == _sound(source) != []


def test_options_of_a_user_are_followed(work: Work) -> None:
    write_video(work.source / "a.avi", codec="mjpeg", pixel_format="yuvj420p")

    options = "-c:v libx264 -crf 40 -preset ultrafast -vf scale=32:24"
    (result,) = work.run(
        compression_requested={
            "compression_enum": "user defined",
            "user_ffmpeg_output_options": options,
        }
    )

    assert (result.width, result.height, result.frames) == (32, 24, 20)
    assert result.options == {"crf": "40", "preset": "ultrafast"}


def test_finished_videos_are_kept_by_the_next_attempt(work: Work) -> None:
    write_video(work.source / "a.avi", codec="mjpeg", pixel_format="yuvj420p")
    first = work.run()
    target = work.output / "a.mp4"
    before = target.stat().st_mtime_ns

    assert work.run() == first
    assert target.stat().st_mtime_ns == before
    target.write_bytes(b"cut short")
    work.run()
    assert len(frame_times(target)) == 20
    again = target.stat().st_mtime_ns
    work.run(compression_requested={"compression_enum": "no gamma"})
    assert target.stat().st_mtime_ns != again


def test_what_a_killed_attempt_left_is_not_among_the_files(work: Work) -> None:
    write_video(work.source / "a.avi", codec="mjpeg", pixel_format="yuvj420p")
    left = work.output / _UNFINISHED / "video.mp4"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")

    work.run()

    assert [path.name for path in work.output.rglob("*")] == ["a.mp4"]


def test_a_video_that_is_cut_short_is_refused(work: Work) -> None:
    path = write_video(work.source / "a.mp4", times=range(200), options={"crf": "1"})
    path = copy_video(path, work.source / "b.mp4", options={"movflags": "+faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(VideosNotCompressible) as refused:
        work.run()

    (problem,) = refused.value.problems
    assert problem.path == str(path)
    assert problem.code in ("video_cut_short", "video_damaged")
    assert not (work.output / "b.mp4").exists()


def test_what_mp4_cannot_hold_is_told_for_all_videos_before_any_work(work: Work) -> None:
    write_video(work.source / "odd.mkv", codec="ffv1", pixel_format="gray", size=(63, 48))
    write_video(work.source / "pcm.mkv", sound="pcm_s16le")
    (work.source / "text.avi").write_text("no video")

    with pytest.raises(VideosNotCompressible) as refused:
        work.run()

    found = {Path(problem.path).name: problem.code for problem in refused.value.problems}
    assert found == {
        "odd.mkv": "video_size_odd",
        "pcm.mkv": "video_streams",
        "text.avi": "video_unreadable",
    }
    assert "63 x 48" in refused.value.message
    assert not work.output.exists()


def test_two_frames_at_one_time_are_refused(work: Work) -> None:
    source = write_video(work.source / "a.mkv", codec="mjpeg", pixel_format="yuvj420p")
    copy_video(source, work.source / "b.mkv", times=[0, 1, 1, *range(2, 19)])

    with pytest.raises(VideosNotCompressible, match="tells no time, or an earlier one") as refused:
        work.run()

    assert refused.value.problems[0].code == "video_untimed"


def test_a_video_that_changes_meanwhile_is_not_accepted(work: Work) -> None:
    path = write_video(work.source / "a.avi", codec="mjpeg", pixel_format="yuvj420p")
    work.on_progress = lambda: os.utime(path)

    with pytest.raises(SourceChanged):
        work.run()
    assert not (work.output / "a.mp4").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda times: times[:-1], "20 frames were written, the source has 19"),
        (lambda times: [*times[:-1], times[-1] + 1], "frame 19 is at"),
    ],
)
def test_the_proof_finds_what_is_missing_or_moved(work: Work, change: Any, told: str) -> None:
    path = write_video(work.source / "a.mp4")
    times = frame_times(path)
    prove(path, times)

    with pytest.raises(FramesProofFailed, match=told):
        prove(path, change(times))


def test_the_proof_refuses_what_cannot_be_read(work: Work) -> None:
    path = work.source / "a.mp4"
    path.write_bytes(b"no video")

    with pytest.raises(FramesProofFailed, match="cannot be read"):
        prove(path, [0.0])


def _brightness(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [
            float(frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)
        ]


def _sound(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]
