"""Compression of SmartSPIM stacks: this package beside the plain way to the same arrays.

``python -m benchmarks.smartspim --rounds 3`` makes a session of one channel with two stacks of
128 x 1600 x 2000 voxels in PNG slices (1.64 GB of voxels) and, in turns, each in a process of its
own:

* ours: reads every header, compresses, reads each chunk back, decodes and compares it, and puts
  all of it on disk for sure; its row has all that in it;
* the plain way: Pillow decodes on all processors, Zarr compresses with Blosc (zstd 3, on all
  processors), the levels above are numpy's mean of the one before, read back from disk;
* with ``--peer-python``, the Python of an environment that has
  aind-smartspim-data-transformation: that package.

The two others write without checking. MB/s are megabytes of voxels at full resolution per second
of the whole process; the ratio counts all four levels. Memory is the peak of the process tree,
without mapped files.
"""

import argparse
import json
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from aind_data_transfer_service.testing.smartspim import SpimSize, write_session

from .process_cost import Cost, cost_of

OURS, PLAIN, PEER = "ours, proof included", "Pillow, numpy, zarr", "published package"
_LEVELS = 4
_CHUNK = 128


@dataclass(frozen=True)
class Run:
    """One process's cost and output."""

    cost: Cost
    stored: int


def compress_ours(source: Path, output: Path) -> None:
    """Run the transform on all stacks."""
    from aind_data_transfer_service.transform.smartspim import (
        SmartSpimSettings,
        compress_stacks,
        find_session,
    )

    settings = SmartSpimSettings()
    session = find_session(source, settings)
    compress_stacks(
        session.stacks, output, session.voxel_size, settings, lambda _done, _total: None
    )


def compress_plainly(source: Path, output: Path) -> None:
    """Make the same arrays without thinking of speed."""
    import numpy as np
    import zarr
    from numcodecs import Blosc
    from PIL import Image

    codec = Blosc(cname="zstd", clevel=3, shuffle=Blosc.SHUFFLE)
    for folder in sorted((source / "SmartSPIM").glob("*/*/*")):
        paths = sorted(folder.iterdir())
        group = zarr.open_group(str(output / folder.parts[-3] / f"{folder.name}.ome.zarr"), "w")
        shape: tuple[int, ...] = (len(paths), *np.asarray(Image.open(paths[0])).shape)
        for number in range(_LEVELS):
            array = group.create_dataset(
                str(number),
                shape=(1, 1, *shape),
                chunks=(1, 1, *(min(size, _CHUNK) for size in shape)),
                dtype="<u2",
                compressor=codec,
                dimension_separator="/",
            )
            for start in range(0, shape[0], _CHUNK):
                stop = min(start + _CHUNK, shape[0])
                if number == 0:
                    with ThreadPoolExecutor() as pool:
                        planes = pool.map(lambda p: np.asarray(Image.open(p)), paths[start:stop])
                        array[0, 0, start:stop] = np.stack(list(planes))
                else:
                    below = group[str(number - 1)][0, 0, 2 * start : 2 * stop]
                    z, y, x = (size // 2 for size in below.shape)
                    even = below[: 2 * z, : 2 * y, : 2 * x].reshape(z, 2, y, 2, x, 2)
                    array[0, 0, start:stop] = even.mean(axis=(1, 3, 5)).astype("<u2")
            shape = tuple(size // 2 for size in shape)


def peer_command(python: str, source: Path, output: Path) -> list[str]:
    """Return the command that runs the published package's job on the only partition."""
    settings = {
        "input_source": str(source),
        "output_directory": str(output),
        "num_of_partitions": 1,
        "partition_to_process": 0,
    }
    module = "aind_smartspim_data_transformation.smartspim_job"
    return [python, "-m", module, "--job-settings", json.dumps(settings)]


ROWS = {OURS: compress_ours, PLAIN: compress_plainly}


def measure(python: str, row: str, source: Path, output: Path) -> Run:
    """Run one row in a process of its own."""
    places = ["--source", str(source), "--output", str(output)]
    command = [python, "-m", __spec__.name, "--row", row, *places]
    if row == PEER:
        command = peer_command(python, source, output)
    return Run(
        cost=cost_of(command),
        stored=sum(path.stat().st_size for path in output.rglob("*") if path.is_file()),
    )


def print_table(raw: int, runs: dict[str, list[Run]]) -> None:
    """Print the medians, and how many times as much the others take."""
    print(f"{'':22}{'MB/s':>7}{'wall s':>8}{'CPU s':>7}{'MB mem':>8}{'MB out':>8}{'ratio':>7}")
    our_wall = median(run.cost.wall for run in runs[OURS])
    our_cpu = median(run.cost.cpu for run in runs[OURS])
    for row, done in runs.items():
        wall, cpu = median(run.cost.wall for run in done), median(run.cost.cpu for run in done)
        memory = max(run.cost.memory for run in done)
        stored = done[-1].stored
        print(
            f"{row:22}{raw / 1e6 / wall:7.1f}{wall:8.1f}{cpu:7.1f}"
            f"{memory / 1e6:8.0f}{stored / 1e6:8.1f}{raw / stored:7.3f}"
            f"  {wall / our_wall:.2f}x our time, {cpu / our_cpu:.2f}x our CPU"
        )


def compare(arguments: argparse.Namespace) -> None:
    """Make the data, run the rows in turns and print the table."""
    pythons = {OURS: sys.executable, PLAIN: sys.executable}
    if arguments.peer_python:
        pythons[PEER] = arguments.peer_python
    size = SpimSize(slices=arguments.slices, height=1600, width=2000, cells=1500)
    raw = 2 * size.columns * size.slices * size.height * size.width
    runs: dict[str, list[Run]] = {row: [] for row in pythons}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        cores = len(os.sched_getaffinity(0))
        source = write_session(
            Path(folder, "session"), size, suffix=arguments.suffix, workers=cores
        )
        for _ in range(arguments.rounds):
            for row, python in pythons.items():
                with tempfile.TemporaryDirectory(dir=folder) as output:
                    runs[row].append(measure(python, row, source, Path(output)))
    print(f"{raw / 1e6:.0f} MB of voxels, {cores} cores, {arguments.rounds} rounds, medians")
    print_table(raw, runs)


def main() -> None:
    """Parse the command line; ``--row`` is how the benchmark calls itself."""
    parser = argparse.ArgumentParser(description="Benchmark the compression of SmartSPIM data.")
    parser.add_argument("--slices", type=int, default=128, help="of each of the two stacks")
    parser.add_argument("--suffix", choices=[".png", ".tif"], default=".png")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to put the data; the system's default")
    parser.add_argument("--peer-python", metavar="PATH")
    parser.add_argument("--row", choices=ROWS, help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.row is None:
        compare(arguments)
    else:
        ROWS[arguments.row](arguments.source, arguments.output)


if __name__ == "__main__":
    main()
