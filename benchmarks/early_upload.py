"""Compares uploading SmartSPIM stacks after the compression with uploading them during it.

    python benchmarks/early_upload.py --server http://key:secret@127.0.0.1:9000 [--rounds 3]

Runs ``compress_data`` and ``upload_data_to_s3`` as their programs, in turns with and without
``upload_finished_stacks``. The way to the server takes ``--rate`` MB per second. Without
``--server`` it uses moto's.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, ModalityPlan, TaskPlan
from aind_data_transfer_service.tasks.spec import StorageOptions, TaskResult, TaskSpec
from aind_data_transfer_service.testing.s3_bucket import REGION, S3Bucket, moto_server
from aind_data_transfer_service.testing.smartspim import SpimSize, write_session
from aind_data_transfer_service.testing.tcp_proxy import TcpProxy


@dataclass(frozen=True, slots=True)
class Measured:
    """One way through both tasks."""

    compress: float
    """Seconds, as those of the upload."""
    upload: float
    sent_before: int
    """Files that the upload found there."""
    files: int
    bytes: int


class Pace:
    """Lets so many bytes per second pass, whatever the number of connections."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._lock = Lock()
        self._free_at = 0.0

    def __call__(self, data: bytes) -> bytes:
        """Return the data when it is their turn."""
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic()) + len(data) / self._rate
            wait = self._free_at - time.monotonic()
        time.sleep(max(0.0, wait))
        return data


class Job:
    """One job's folders, between the session and a new bucket."""

    def __init__(self, folder: Path, session: Path, server: str, early: bool) -> None:
        self._folder = folder
        self._bucket = S3Bucket.at(server)
        spim = ModalityPlan(name="SPIM", abbreviation="SPIM", source=str(session), compress=True)
        settings: dict[str, Any] = {"upload_finished_stacks": early}
        self._plan = JobPlan(
            asset_name="asset",
            bucket="default",
            storage_url=self._bucket.url,
            project_name="benchmark",
            platform=None,
            platform_name=None,
            subject_id="0",
            acq_datetime="2026-01-01T00:00:00",
            job_type="default",
            modalities=(spim,),
            tasks=(
                TaskPlan(task_id=TaskId.COMPRESS_DATA, map_index=0, modality=0, settings=settings),
                TaskPlan(task_id=TaskId.UPLOAD_DATA_TO_S3),
            ),
            request={},
        )
        for name in ("staging", "job"):
            (folder / name).mkdir(parents=True)

    @property
    def endpoint_url(self) -> str:
        """Where the bucket's server answers."""
        return self._bucket.endpoint_url

    def run(self, task_id: TaskId, index: int, endpoint_url: str) -> tuple[float, dict[str, Any]]:
        """Run a task as its program; return the seconds and the outputs."""
        spec = TaskSpec(
            job_id="job",
            task_id=task_id,
            map_index=index,
            attempt=1,
            plan=self._plan,
            settings=self._plan.task(task_id, index).settings,
            staging_folder=str(self._folder / "staging"),
            job_folder=str(self._folder / "job"),
            storage=StorageOptions(endpoint_url=endpoint_url, region=REGION),
            service_version="benchmark",
        )
        attempt = self._folder / task_id
        attempt.mkdir()
        (attempt / "spec.json").write_text(spec.model_dump_json())
        (attempt / "credentials.json").write_text(json.dumps(self._bucket.credentials))
        module = "aind_data_transfer_service.tasks"
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", module, "run", attempt / "spec.json"], check=True)
        seconds = time.monotonic() - began
        result = TaskResult.model_validate_json((attempt / "result.json").read_bytes())
        return seconds, result.outputs


def measure(folder: Path, session: Path, server: str, rate: float, *, early: bool) -> Measured:
    """Run both tasks of a new job."""
    job = Job(folder, session, server, early)
    with TcpProxy(job.endpoint_url) as way:
        way.alter = Pace(rate)
        compress, _ = job.run(TaskId.COMPRESS_DATA, 0, way.url)
        upload, outputs = job.run(TaskId.UPLOAD_DATA_TO_S3, -1, way.url)
    return Measured(compress, upload, outputs["skipped_files"], outputs["files"], outputs["bytes"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--server", help="http://key:secret@host:port; default: moto")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=10, help="MB per second to the server")
    parser.add_argument("--stacks", type=int, default=6)
    parser.add_argument("--slices", type=int, default=64, help="of each stack")
    parser.add_argument("--folder", type=Path, help="where to put the data")
    arguments = parser.parse_args()
    size = SpimSize(columns=arguments.stacks, slices=arguments.slices, height=1000, width=1000)
    given = nullcontext(arguments.server) if arguments.server else moto_server()
    runs: dict[bool, list[Measured]] = {False: [], True: []}
    with given as server, TemporaryDirectory(dir=arguments.folder) as work:
        cores = len(os.sched_getaffinity(0))
        session = write_session(Path(work, "session"), size, workers=cores)
        for number in range(arguments.rounds):
            for early, done in runs.items():
                job = Path(work, f"{number}-{early}")
                done.append(measure(job, session, server, arguments.rate * 1e6, early=early))
    for early, done in runs.items():
        compress, upload = median(m.compress for m in done), median(m.upload for m in done)
        sent = median(m.sent_before for m in done)
        print(
            f"{'during' if early else 'after':>7}: compress {compress:6.1f} s,"
            f" upload {upload:6.1f} s, both {median(m.compress + m.upload for m in done):6.1f} s;"
            f" {sent:.0f} of {done[0].files} files, {done[0].bytes / 1e6:.0f} MB in all, were there"
            " before the upload"
        )


if __name__ == "__main__":
    main()
