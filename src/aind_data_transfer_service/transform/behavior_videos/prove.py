"""Proves that a video that was written has every frame of its source, at its time."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from .errors import FramesProofFailed


@dataclass(frozen=True, slots=True)
class Proven:
    """What the written video turned out to be."""

    width: int
    height: int


def prove(path: Path, times: Sequence[float]) -> Proven:
    """Decode all of a video and compare the times of its frames with those of its source.

    ``times`` are seconds. Raises `FramesProofFailed`.
    """
    found = array("d")
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            stream.codec_context.options = {"err_detect": "explode"}
            tick = float(stream.time_base or 0)
            for frame in container.decode(stream):
                found.append(frame.time)
            size = Proven(stream.width, stream.height)
    except av.FFmpegError as error:
        raise FramesProofFailed(f"{path.name}: what was written cannot be read: {error}") from error
    if len(found) != len(times):
        raise FramesProofFailed(
            f"{path.name}: {len(found)} frames were written, the source has {len(times)}."
        )
    for number, (ours, theirs) in enumerate(zip(found, times, strict=True)):
        if abs(ours - theirs) > tick:
            raise FramesProofFailed(
                f"{path.name}: frame {number} is at {ours:.6f} s, in the source at {theirs:.6f} s."
            )
    return size
