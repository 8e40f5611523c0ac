"""Compression of an Open Ephys session: this package beside SpikeInterface's own Zarr writer.

``python -m benchmarks.ecephys --seconds 30 --rounds 3`` makes a Neuropixels session (AP and LFP)
and, in turns, each in a process of its own:

* ours: copies the session's other files, compresses, and decodes all of it again to prove that
  nothing was lost; its row has that proof in it;
* ``recording.save(format="zarr")`` with SpikeInterface's default codec, on all processors;
* the same with WavPack level 3, if that library is installed for ``--wavpack-python``.

The two others write without checking. MB/s are megabytes of source traces per second of the
whole process. Memory is the peak of the process tree, without mapped files.
"""

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from aind_data_transfer_service.testing.open_ephys import make_open_ephys_session

from .process_cost import Cost, cost_of

OURS, DEFAULT, WAVPACK = "ours, proof included", "SpikeInterface default", "SpikeInterface WavPack"


@dataclass(frozen=True)
class Run:
    """One process's cost and output."""

    cost: Cost
    stored: int
    note: str


def compress_ours(source: Path, output: Path) -> str:
    """Run the transform and say how its threads' time divides."""
    from aind_data_transfer_service.transform.ecephys import EcephysSettings, compress_open_ephys

    result = compress_open_ephys(source, output, EcephysSettings(), lambda _done, _total: None)
    write = sum(stream.write_seconds for stream in result.streams)
    proof = sum(stream.proof_seconds for stream in result.streams)
    return f"threads: {write:.1f} s writing, {proof:.1f} s proving"


def compress_spikeinterface(source: Path, output: Path, *, wavpack: bool) -> str:
    """Save each stream with SpikeInterface."""
    from spikeinterface.extractors import get_neo_streams, read_openephys

    options = {}
    if wavpack:
        codec = importlib.import_module("wavpack_numcodecs").WavPack(level=3)
        options["compressor_by_dataset"] = {"traces": codec}
    names, _ = get_neo_streams("openephysbinary", source)
    for index, name in enumerate(names):
        recording = read_openephys(source, stream_name=name, load_sync_timestamps=True)
        folder = output / "ecephys_compressed" / f"{index}.zarr"
        recording.save(format="zarr", folder=folder, n_jobs=-1, progress_bar=False, **options)
    return ""


def measure(python: str, row: str, source: Path, output: Path) -> Run:
    """Run one row in a process of its own."""
    places = ["--source", str(source), "--output", str(output)]
    cost = cost_of([python, "-m", __spec__.name, "--row", row, *places])
    files = (output / "ecephys_compressed").rglob("*")
    return Run(
        cost=cost,
        stored=sum(path.stat().st_size for path in files if path.is_file()),
        note=json.loads(cost.said.splitlines()[-1]),
    )


def print_table(raw: int, runs: dict[str, list[Run]]) -> None:
    """Print the medians, and how they compare with SpikeInterface's default."""
    print(f"{'':24}{'MB/s':>7}{'wall s':>8}{'CPU s':>7}{'MB mem':>8}{'MB out':>8}{'ratio':>7}")
    base = median(run.cost.wall for run in runs[DEFAULT])
    for row, done in runs.items():
        if not done:
            print(f"{row:24}  not installed")
            continue
        wall, cpu = median(run.cost.wall for run in done), median(run.cost.cpu for run in done)
        memory = max(run.cost.memory for run in done)
        stored = done[-1].stored
        print(
            f"{row:24}{raw / 1e6 / wall:7.1f}{wall:8.1f}{cpu:7.1f}"
            f"{memory / 1e6:8.0f}{stored / 1e6:8.1f}{raw / stored:7.3f}"
            f"  {base / wall:.2f}x the speed and {stored / runs[DEFAULT][-1].stored:.2f}x the "
            f"size of the default. {done[-1].note}"
        )


def compare(arguments: argparse.Namespace) -> None:
    """Make the data, run the rows in turns and print the table."""
    pythons = {OURS: sys.executable, DEFAULT: sys.executable}
    probe = [arguments.wavpack_python, "-c", "import wavpack_numcodecs"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        pythons[WAVPACK] = arguments.wavpack_python
    runs: dict[str, list[Run]] = {row: [] for row in (OURS, DEFAULT, WAVPACK)}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        source = make_open_ephys_session(
            Path(folder, "session"),
            seconds=arguments.seconds,
            channels=arguments.channels,
            lsb=arguments.lsb,
        )
        raw = sum(path.stat().st_size for path in source.rglob("continuous.dat"))
        for _ in range(arguments.rounds):
            for row, python in pythons.items():
                with tempfile.TemporaryDirectory(dir=folder) as output:
                    runs[row].append(measure(python, row, source, Path(output)))
    print(f"{raw / 1e6:.0f} MB of traces, {arguments.rounds} rounds, medians")
    print_table(raw, runs)


def main() -> None:
    """Parse the command line; ``--row`` is how the benchmark calls itself."""
    parser = argparse.ArgumentParser(description="Benchmark the compression of ecephys data.")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the session")
    parser.add_argument("--channels", type=int, default=384)
    parser.add_argument("--lsb", type=float, default=1.0, help="counts per converter step")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to put the data; the system's default")
    parser.add_argument("--wavpack-python", default=sys.executable, metavar="PATH")
    parser.add_argument("--row", choices=[OURS, DEFAULT, WAVPACK], help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.row is None:
        compare(arguments)
    elif arguments.row == OURS:
        print(json.dumps(compress_ours(arguments.source, arguments.output)))
    else:
        wavpack = arguments.row == WAVPACK
        note = compress_spikeinterface(arguments.source, arguments.output, wavpack=wavpack)
        print(json.dumps(note))


if __name__ == "__main__":
    main()
