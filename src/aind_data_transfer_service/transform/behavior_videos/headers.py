"""What the header of a video tells, before any work."""

from collections.abc import Iterator, Sequence

import av
from av.container import InputContainer

from ..errors import SourceProblem
from .errors import VideosNotCompressible
from .videos import Video

AUDIO_IN_MP4 = frozenset({"aac", "ac3", "alac", "eac3", "flac", "mp3", "opus"})


def require_compressible(videos: Sequence[Video]) -> None:
    """Raise `VideosNotCompressible`, with all that can be seen to be wrong."""
    problems = [problem for video in videos for problem in _in_file(video)]
    if problems:
        raise VideosNotCompressible(problems)


def _in_file(video: Video) -> Iterator[SourceProblem]:
    path = str(video.path)
    try:
        with av.open(path) as container:
            for code, what in (*_in_streams(container), *_in_size(container, video)):
                yield SourceProblem(code, path, what)
    except (av.FFmpegError, OSError) as error:
        yield SourceProblem("video_unreadable", path, f"cannot be opened: {error.strerror}")


def _in_size(container: InputContainer, video: Video) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a size of which colours, at half of it, would lose a line."""
    if video.recipe.keeps_size and video.recipe.pixel_format.startswith("yuv420"):
        for stream in container.streams.video[:1]:
            if stream.width % 2 or stream.height % 2:
                size = f"{stream.width} x {stream.height}"
                yield "video_size_odd", f"is {size} pixels large; both have to be even"


def _in_streams(container: InputContainer) -> Iterator[tuple[str, str]]:
    """Yield what a result in MP4 with one picture could not hold: nothing is left out unsaid."""
    pictures = len(container.streams.video)
    if pictures != 1:
        yield "video_streams", f"has {pictures or 'no'} streams of pictures; one is needed"
    for stream in container.streams:
        kind, codec = stream.type, getattr(stream, "name", None) or "unknown"
        if kind == "audio" and codec not in AUDIO_IN_MP4:
            yield "video_streams", f"has sound of the kind {codec}, which MP4 does not hold"
        elif kind not in ("audio", "video"):
            yield "video_streams", f"has a stream of the kind {kind}, which would be lost"
