"""Compresses videos one after the other; finished ones are kept by the next attempt."""

import json
import logging
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ... import __version__
from ...errors import SourceChanged
from ...files import write_whole
from ..durable import publish_file
from ..errors import check_apart, disk_full_is_coded
from ..progress import ProgressMeter
from .encode import encode
from .prove import prove
from .result import VideoResult
from .videos import Video

logger = logging.getLogger(__name__)

_UNFINISHED = ".aind-data-transfer-unfinished"
"""Folder in the output, gone at the end: nothing half made lies among the finished files."""


def compress_videos(
    source: Path,
    videos: Sequence[Video],
    output: Path,
    record: Path,
    *,
    threads: int,
    progress: Callable[[int, int], None],
) -> list[VideoResult]:
    """Compress videos; each has every frame of its source at its time, or an error is raised.

    Parameters
    ----------
    source
        Folder of the session; it is only read.
    videos
        As `find_files` found them.
    output
        Folder to write to. A video gets its name there only when it is whole and proven.
    record
        File, outside of the output, that notes what is finished.
    threads
        Of the encoder; 0: as many as fit.
    progress
        Called with (bytes done, all bytes) of the sources.

    Raises
    ------
    TransferError
        ``videos_not_compressible``, ``source_changed``, ``frames_proof_failed`` or ``disk_full``.
    """
    check_apart(source, output)
    unfinished = output / _UNFINISHED
    if unfinished.is_dir():
        shutil.rmtree(unfinished)  # what an attempt that was killed left
    meter = ProgressMeter(progress, sum(video.size for video in videos))
    finished = _Finished(record)
    results = []
    with disk_full_is_coded(output):
        for video in videos:
            target = output / video.output
            result = finished.find(video, target)
            if result is None:
                unfinished.mkdir(parents=True, exist_ok=True)
                target.parent.mkdir(parents=True, exist_ok=True)
                result = _compress(video, target, unfinished / "video.mp4", threads, meter)
                finished.add(video, result)
            else:
                logger.info("%s: kept from an earlier attempt", video.output)
                meter.add(video.size)
            results.append(result)
        if unfinished.is_dir():
            unfinished.rmdir()
    return results


def _compress(
    video: Video, target: Path, partial: Path, threads: int, meter: ProgressMeter
) -> VideoResult:
    began = time.perf_counter()
    read = 0

    def on_read(size: int) -> None:
        nonlocal read
        counted = min(size, video.size - read)  # what is left is not in packets
        read += counted
        meter.add(counted)

    times = encode(video, partial, threads, on_read)
    _require_unchanged(video)
    size = prove(partial, times)
    publish_file(partial, target)
    meter.add(video.size - read)
    result = VideoResult(
        name=video.output,
        source=video.name,
        frames=len(times),
        width=size.width,
        height=size.height,
        duration=round(_span(times), 6),
        codec=video.recipe.codec,
        options=dict(video.recipe.options),
        filters=video.recipe.filters,
        raw_bytes=video.size,
        stored_bytes=target.stat().st_size,
        seconds=round(time.perf_counter() - began, 3),
    )
    logger.info(
        "%s: %d frames in %.1f s, %d bytes of %d",
        result.name,
        result.frames,
        result.seconds,
        result.stored_bytes,
        result.raw_bytes,
    )
    if result.stored_bytes >= result.raw_bytes:
        logger.warning(
            "%s is no smaller than its source, which was compressed well already:"
            " 'no compression' takes it as it is",
            result.name,
        )
    return result


def _span(times: Sequence[float]) -> float:
    return max(times) - min(times)


def _require_unchanged(video: Video) -> None:
    now = video.path.stat()
    if (now.st_size, now.st_mtime_ns) != (video.size, video.mtime_ns):
        raise SourceChanged(f"{video.path} changed while it was read.", path=str(video.path))


class _Finished:
    """Which videos are finished, made from what, and how."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}

    def find(self, video: Video, target: Path) -> VideoResult | None:
        """Return the result if the video is there, whole, and would come out the same."""
        known = self._known.get(video.output)
        if known is None or known["made_from"] != _made_from(video) or not target.is_file():
            return None
        result = VideoResult.model_validate(known["result"])
        return result if result.stored_bytes == target.stat().st_size else None

    def add(self, video: Video, result: VideoResult) -> None:
        """Note that a video is finished."""
        self._known[video.output] = {
            "made_from": _made_from(video),
            "result": result.model_dump(mode="json"),
        }
        write_whole(self._path, json.dumps(self._known, indent=1).encode())


def _made_from(video: Video) -> dict[str, Any]:
    """Return what the result depends on, in JSON's types."""
    made_from = {
        "version": __version__,
        "source": str(video.path),
        "size": video.size,
        "mtime_ns": video.mtime_ns,
        "recipe": asdict(video.recipe),
    }
    kept: dict[str, Any] = json.loads(json.dumps(made_from))
    return kept
