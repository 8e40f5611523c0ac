"""Two short behavior videos, as the cameras of a rig record them: H.264 and the frames' times."""

import csv
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

FRAME_RATE = 30  # Hz
WIDTH, HEIGHT = 320, 240  # pixels

_Y, _X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)


def make_behavior_videos(folder: Path, *, seconds: float, seed: int = 0) -> Path:
    """Write ``BodyCamera`` and ``FaceCamera`` with a video and its frame times each."""
    rng = np.random.default_rng(seed)
    for camera, draw in (("BodyCamera", _running_wheel), ("FaceCamera", _eye)):
        where = folder / camera
        where.mkdir(parents=True)
        frames = max(1, round(seconds * FRAME_RATE))
        _write_video(where / "video.mp4", draw, frames, rng)
        _write_times(where / "metadata.csv", frames, rng)
    return folder


def _write_video(
    path: Path, draw: Callable[[float], Image], frames: int, rng: np.random.Generator
) -> None:
    with av.open(str(path), "w") as container:
        # One thread: the same frames give the same bytes.
        stream = container.add_stream("libx264", rate=FRAME_RATE, options={"threads": "1"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(frames):
            noise = rng.integers(-6, 7, (HEIGHT, WIDTH))
            image = np.clip(draw(number / FRAME_RATE) + noise, 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="gray")))
        container.mux(stream.encode())


def _write_times(path: Path, frames: int, rng: np.random.Generator) -> None:
    """Write seconds of the rig's clock, and the camera's own count and clock (ns)."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ReferenceTime", "CameraFrameNumber", "CameraFrameTime"])
        for number in range(frames):
            time = number / FRAME_RATE
            arrival = 3600 + time + abs(float(rng.normal(0, 2e-4)))
            writer.writerow([f"{arrival:.6f}", number, round(time * 1e9)])


def _running_wheel(time: float) -> Image:
    """Draw a wheel with spokes that turns, and a body above it that bobs."""
    x, y = _X - WIDTH / 2, _Y - HEIGHT * 0.75
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    spokes = (np.cos(6 * (angle - 2.5 * time)) > 0.8) & (radius < 90)
    rim = (radius > 84) & (radius < 94)
    bob = 4 * np.sin(12 * time)
    body = (x / 70) ** 2 + ((_Y - 70 - bob) / 28) ** 2 < 1
    return np.where(body, 60, np.where(spokes | rim, 200, 110)).astype(np.uint8)


def _eye(time: float) -> Image:
    """Draw an eye whose pupil widens and wanders."""
    x, y = _X - WIDTH / 2, _Y - HEIGHT / 2
    eye = (x / 110) ** 2 + (y / 70) ** 2 < 1
    pupil = np.hypot(x - 25 * np.sin(1.3 * time), y - 8 * np.sin(2.1 * time))
    wide = 24 + 8 * np.sin(0.8 * time)
    return np.where(pupil < wide, 15, np.where(eye, 150, 90)).astype(np.uint8)
