"""The files of a session's videos, and what becomes of each."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import SourceProblem
from .errors import VideosNotCompressible
from .recipe import Recipe
from .settings import BehaviorVideosSettings, CompressionRequest

SUFFIXES = frozenset({".avi", ".flv", ".mkv", ".mov", ".mp4", ".webm", ".wmv"})


@dataclass(frozen=True, slots=True)
class Video:
    """A video that is to be compressed, as it was when it was found."""

    path: Path
    name: str
    """Relative to the source, with ``/``."""
    output: str
    """Relative to the output, with ``/``."""
    size: int
    """Bytes."""
    mtime_ns: int
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class Session:
    """All files of a source."""

    videos: tuple[Video, ...]
    others: tuple[str, ...]
    """Names, relative to the source, of files that are taken as they are."""


def find_files(source: Path, settings: BehaviorVideosSettings) -> Session:
    """Return what becomes of each file below ``source``; links are followed.

    Raises `VideosNotCompressible` if two files would have one name, or a request names a video or
    folder that is not there.
    """
    requests = _Requests(source, settings)
    wanted = re.compile(settings.file_filter or "")
    videos: list[Video] = []
    others: list[str] = []
    for name in sorted(_names(source)):
        path = source / name
        is_video = path.suffix.lower() in SUFFIXES and wanted.search(path.name) is not None
        recipe = requests.of(name).recipe if is_video else None
        if recipe is None:
            others.append(name)
            continue
        found = path.stat()
        output = str(PurePosixPath(name).with_suffix(".mp4"))
        videos.append(Video(path, name, output, found.st_size, found.st_mtime_ns, recipe))
    _refuse_collisions(source, videos, others)
    return Session(tuple(videos), tuple(others))


class _Requests:
    """Which request holds for a file: its own, its nearest folder's, or the one for all."""

    def __init__(self, source: Path, settings: BehaviorVideosSettings) -> None:
        self._all = settings.compression_requested
        self._own: dict[str, CompressionRequest] = {}
        problems = []
        for place, request in settings.video_specific_compression_requests or ():
            path = source / place  # an absolute place stays what it is
            if path.is_relative_to(source) and ".." not in path.parts and path.exists():
                self._own[path.relative_to(source).as_posix()] = request
            else:
                what = "is not in the source, and video_specific_compression_requests names it"
                problems.append(SourceProblem("video_missing", str(path), what))
        if problems:
            raise VideosNotCompressible(problems)

    def of(self, name: str) -> CompressionRequest:
        for place in (name, *map(str, PurePosixPath(name).parents)):
            if place in self._own:
                return self._own[place]
        return self._all


def _names(source: Path) -> Iterator[str]:
    for folder, _, names in os.walk(source, followlinks=True):
        for name in names:
            yield (Path(folder) / name).relative_to(source).as_posix()


def _refuse_collisions(source: Path, videos: list[Video], others: list[str]) -> None:
    taken = {name: name for name in others}
    problems = []
    for video in videos:
        first = taken.setdefault(video.output, video.name)
        if first != video.name:
            what = f"would become {video.output}, as {first} would"
            problems.append(SourceProblem("video_names_collide", str(source / video.name), what))
    if problems:
        raise VideosNotCompressible(problems)
