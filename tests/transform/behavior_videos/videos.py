"""Small videos of any kind, written for one test."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

RATE = 50  # Hz


def write_video(
    path: Path,
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    size: tuple[int, int] = (64, 48),
    times: Sequence[int] = range(20),
    sound: str | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write a video whose frames are at ``times`` (ticks of 1 / `RATE` s); ``size`` in pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = cast("VideoStream", container.add_stream(codec, rate=RATE, options=options))
        stream.width, stream.height = size
        stream.pix_fmt = pixel_format
        stream.time_base = stream.codec_context.time_base = Fraction(1, RATE)
        audio = (
            None if sound is None else cast("AudioStream", container.add_stream(sound, rate=8000))
        )
        for number, time in enumerate(times):
            picture = np.full((size[1], size[0]), 40 + number * 5 % 200, np.uint8)
            picture += rng.integers(0, 8, picture.shape, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="gray")
            frame.pts, frame.time_base = time, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None:
            for packet in _tone(audio):
                container.mux(packet)
    return path


def _tone(stream: AudioStream) -> list[Any]:
    samples = (np.sin(np.arange(8000) / 10) * 8000).astype(np.int16).reshape(1, -1)
    frame = AudioFrame.from_ndarray(samples, format="s16", layout="mono")
    frame.sample_rate = 8000
    return [*stream.encode(frame), *stream.encode(None)]


def copy_video(
    source: Path,
    target: Path,
    *,
    times: Sequence[int] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write the frames of a video as they are, at other ``times`` if any are given."""
    with av.open(str(source)) as read, av.open(str(target), "w", options=options) as written:
        stream = written.add_stream_from_template(read.streams.video[0])
        packets = [packet for packet in read.demux(video=0) if packet.size]
        for number, packet in enumerate(packets):
            if times is not None:
                packet.pts = packet.dts = times[number] * 1000 // RATE
            packet.stream = stream
            written.mux(packet)
    source.unlink()
    return target


def frame_times(path: Path) -> list[float]:
    """Return the seconds of each frame of a video."""
    with av.open(str(path)) as container:
        return [frame.time for frame in container.decode(video=0)]
