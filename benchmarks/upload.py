"""Compares our upload task with a loop over boto3's ``upload_file`` on the same server.

    python benchmarks/upload.py --server http://key:secret@127.0.0.1:9000 [--rounds 3]

Without ``--server`` it uses moto's, whose own work then counts for most. Each round sends both
sets of files with both clients, one after the other; the medians are printed. Both use 8 threads
and send checksums; ours also keeps a journal and leaves a manifest with a SHA-256 of each file.
"""

import argparse
import json
import os
import resource
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from boto3.s3.transfer import TransferConfig

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, ModalityPlan
from aind_data_transfer_service.tasks.spec import StorageOptions, TaskResult, TaskSpec
from aind_data_transfer_service.testing.s3_bucket import REGION, S3Bucket, moto_server

THREADS = 8
SMALL = (3000, 75_000)
LARGE = (5, 200_000_000)
"""Files, and bytes of each."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One client's work on one set of files."""

    seconds: float
    cpu_seconds: float
    """Of the client alone."""


Client = Callable[[Path, S3Bucket, Path], Measured]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--server", help="http://key:secret@host:port; default: moto")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the files to send")
    parser.add_argument("--folder", type=Path, help="where the files are made")
    parser.add_argument("--boto3", nargs=2, metavar=("FOLDER", "BUCKET"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.boto3:
        folder, bucket = arguments.boto3
        upload_with_boto3(Path(folder), S3Bucket(**json.loads(bucket)))
        return
    server = nullcontext(arguments.server) if arguments.server else moto_server()
    with server as url, TemporaryDirectory(dir=arguments.folder) as work:
        for name, (count, size) in {"small": SMALL, "large": LARGE}.items():
            files = max(1, int(count * arguments.scale))
            data = make_files(Path(work) / name, files, size)
            measured = in_turns(data, url, arguments.rounds)
            report(f"{name} ({files} x {size:,} bytes)", files, files * size, measured)


def in_turns(data: Path, url: str, rounds: int) -> dict[str, list[Measured]]:
    """Send one set of files with both clients, several times in turns."""
    clients: dict[str, Client] = {"ours": measure_ours, "boto3": measure_boto3}
    measured: dict[str, list[Measured]] = {client: [] for client in clients}
    for number in range(rounds):
        for client, measure in clients.items():
            job = data.with_name(f"{data.name}-{client}-{number}")
            job.mkdir()
            measured[client].append(measure(data, S3Bucket.at(url), job))
    return measured


def report(title: str, files: int, size: int, measured: dict[str, list[Measured]]) -> None:
    """Print the medians."""
    for client, results in measured.items():
        seconds = statistics.median(result.seconds for result in results)
        cpu = statistics.median(result.cpu_seconds for result in results)
        print(
            f"{title} {client:>5}: {seconds:6.1f} s {files / seconds:7.1f} objects/s"
            f" {size / 1e6 / seconds:6.0f} MB/s {cpu / (size / 1e9):6.1f} CPU s/GB"
        )


def make_files(folder: Path, count: int, size: int) -> Path:
    """Make files of random bytes."""
    folder.mkdir()
    for number in range(count):
        with (folder / f"{number:05}.bin").open("wb") as file:
            for start in range(0, size, 1 << 24):
                file.write(os.urandom(min(1 << 24, size - start)))
    return folder


def measure_ours(data: Path, bucket: S3Bucket, job: Path) -> Measured:
    """Run the task as its program."""
    spec = TaskSpec(
        job_id=secrets.token_hex(8),
        task_id=TaskId.UPLOAD_DATA_TO_S3,
        map_index=-1,
        attempt=1,
        plan=_plan(data, bucket),
        settings={"concurrency": THREADS},
        staging_folder=str(data),
        job_folder=str(job),
        storage=StorageOptions(endpoint_url=bucket.endpoint_url, region=REGION),
        service_version="benchmark",
    )
    (job / "spec.json").write_text(spec.model_dump_json())
    (job / "credentials.json").write_text(json.dumps(bucket.credentials))
    module = "aind_data_transfer_service.tasks"
    measured = _measure([sys.executable, "-m", module, "run", str(job / "spec.json")])
    result = TaskResult.model_validate_json((job / "result.json").read_bytes())
    if result.error is not None:
        raise SystemExit(result.error.message)
    return measured


def measure_boto3(data: Path, bucket: S3Bucket, _job: Path) -> Measured:
    """Run the loop over ``upload_file`` as a program."""
    where = {
        "endpoint_url": bucket.endpoint_url,
        "access_key_id": bucket.access_key_id,
        "secret_access_key": bucket.secret_access_key,
        "name": bucket.name,
    }
    return _measure([sys.executable, __file__, "--boto3", str(data), json.dumps(where)])


def upload_with_boto3(folder: Path, bucket: S3Bucket) -> None:
    """Send a folder's files as most scripts do."""
    client = bucket.client()
    # the eight threads are ours: each file's parts go one by one
    config = TransferConfig(use_threads=False)

    def send(path: Path) -> None:
        key = f"asset/{path.name}"
        checksum = {"ChecksumAlgorithm": "SHA256"}
        client.upload_file(str(path), bucket.name, key, ExtraArgs=checksum, Config=config)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, sorted(folder.iterdir())))


def _plan(data: Path, bucket: S3Bucket) -> JobPlan:
    modality = ModalityPlan(
        name="Behavior", abbreviation="behavior", source=str(data), compress=False
    )
    return JobPlan(
        asset_name="asset",
        bucket="default",
        storage_url=bucket.url,
        project_name="benchmark",
        platform=None,
        platform_name=None,
        subject_id="0",
        acq_datetime="2026-01-01T00:00:00",
        job_type="default",
        modalities=(modality,),
        tasks=(),
        request={},
    )


def _measure(command: list[str]) -> Measured:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True)
    seconds = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(seconds=seconds, cpu_seconds=cpu)


if __name__ == "__main__":
    main()
