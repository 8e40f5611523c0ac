"""Compression of behavior videos: this package beside the ffmpeg program.

``python -m benchmarks.behavior_videos --seconds 20 --rounds 3`` makes a video of 1280 x 720 pixels
at 30 Hz and compresses it, in turns, each in a process of its own:

* ours: reads the header, encodes, then decodes the result and compares the times of its frames;
* ffmpeg, if it is on the path, or the program that ``--ffmpeg`` names: the same filters, encoder
  and settings, nothing checked.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import cast

import av
import numpy as np

from aind_data_transfer_service.transform.behavior_videos.recipe import Recipe
from aind_data_transfer_service.transform.behavior_videos.settings import (
    BehaviorVideosSettings,
    CompressionRequest,
)

from .process_cost import Cost, cost_of

OURS, FFMPEG = "ours, proof included", "ffmpeg"
_WIDTH, _HEIGHT, _RATE = 1280, 720, 30
_UNTOLD = "setparams=color_primaries=bt709:color_trc=linear:colorspace=smpte170m:range=pc"


def make_video(path: Path, seconds: int) -> None:
    """Write a video of a moving grating with a camera's noise, hardly compressed."""
    rng = np.random.default_rng(0)
    x = np.arange(_WIDTH, dtype=np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=_RATE)
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuvj420p"
        for number in range(seconds * _RATE):
            line = 120 + 60 * np.sin(x / 40 + number / 5)
            picture = line + rng.normal(0, 3, (_HEIGHT, _WIDTH)).astype(np.float32)
            frame = av.VideoFrame.from_ndarray(picture.clip(0, 255).astype(np.uint8), format="gray")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def compress_ours(source: Path, output: Path) -> None:
    """Run the transform."""
    from aind_data_transfer_service.transform.behavior_videos.compress import compress_videos
    from aind_data_transfer_service.transform.behavior_videos.headers import require_compressible
    from aind_data_transfer_service.transform.behavior_videos.videos import find_files

    videos = find_files(source, BehaviorVideosSettings()).videos
    require_compressible(videos)
    compress_videos(
        source,
        videos,
        output,
        output.with_suffix(".json"),
        threads=0,
        progress=lambda _done, _total: None,
    )


def ffmpeg_command(ffmpeg: str, source: Path, output: Path) -> list[str]:
    """Return the command that encodes the video the same way."""
    recipe = cast("Recipe", CompressionRequest().recipe)
    options = [word for name, value in recipe.options.items() for word in (f"-{name}", value)]
    filters = ",".join((_UNTOLD, *recipe.filters))
    target = str(output / "video.mp4")
    command = [ffmpeg, "-y", "-v", "error", "-i", str(source / "video.avi"), "-vf", filters]
    return [*command, "-c:v", recipe.codec, *options, "-movflags", "+faststart", target]


def compare(arguments: argparse.Namespace) -> None:
    """Make the video, run the rows in turns and print the table."""
    ffmpeg = shutil.which(arguments.ffmpeg)
    costs: dict[str, list[Cost]] = {row: [] for row in ((OURS, FFMPEG) if ffmpeg else (OURS,))}
    stored: dict[str, int] = {}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        source = Path(folder, "source")
        source.mkdir()
        make_video(source / "video.avi", arguments.seconds)
        raw = (source / "video.avi").stat().st_size
        for _ in range(arguments.rounds):
            for row, done in costs.items():
                with tempfile.TemporaryDirectory(dir=folder) as output:
                    command = [sys.executable, "-m", __spec__.name, "--source", str(source)]
                    command += ["--output", output]
                    if row == FFMPEG and ffmpeg:
                        command = ffmpeg_command(ffmpeg, source, Path(output))
                    done.append(cost_of(command))
                    stored[row] = Path(output, "video.mp4").stat().st_size
    frames = arguments.seconds * _RATE
    cores = len(os.sched_getaffinity(0))
    print(f"{frames} frames, {raw / 1e6:.0f} MB, {cores} cores, {arguments.rounds} rounds, medians")
    print(f"{'':22}{'frames/s':>9}{'wall s':>8}{'CPU s':>7}{'MB mem':>8}{'MB out':>8}")
    our_cpu = median(cost.cpu for cost in costs[OURS])
    for row, done in costs.items():
        wall, cpu = median(cost.wall for cost in done), median(cost.cpu for cost in done)
        memory = max(cost.memory for cost in done)
        print(
            f"{row:22}{frames / wall:9.1f}{wall:8.1f}{cpu:7.1f}{memory / 1e6:8.0f}"
            f"{stored[row] / 1e6:8.1f}  {cpu / our_cpu:.2f}x our CPU"
        )


def main() -> None:
    """Parse the command line; ``--source`` is how the benchmark calls itself."""
    parser = argparse.ArgumentParser(description="Benchmark the compression of behavior videos.")
    parser.add_argument("--seconds", type=int, default=20, help="length of the video")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ffmpeg", default="ffmpeg", metavar="PROGRAM")
    parser.add_argument("--folder", type=Path, help="where to put the data; the system's default")
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.source is None:
        compare(arguments)
    else:
        compress_ours(arguments.source, arguments.output)


if __name__ == "__main__":
    main()
