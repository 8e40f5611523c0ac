"""What it costs to follow jobs on a Slurm cluster.

    sudo python -m benchmarks.slurm --cluster "$(sudo python -m tests.services.slurm up)"

A job of 500 elements goes through the engine as one array, on the real cluster; its programs do
nothing but leave a result. Then 2,000 elements that wait are asked for again and again.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.services.slurm import Cluster

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import (
    JobPlan,
    ModalityPlan,
    Partition,
    ProgramPlan,
    TaskPlan,
)
from aind_data_transfer_service.domain.states import FINISHED_JOB_STATES
from aind_data_transfer_service.engine import durable
from aind_data_transfer_service.engine.services import submit, views
from aind_data_transfer_service.engine.worker import Worker
from aind_data_transfer_service.executors.slurm.executor import SlurmExecutor
from aind_data_transfer_service.notify.open import open_couriers
from aind_data_transfer_service.ports.executor import ArrayPlace, LaunchRequest, Resources
from aind_data_transfer_service.settings import Settings, SlurmSettings
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

_ARRAY = 1000
_POLLS = 20
# A program of a moment: it leaves the result that a task's program would.
_PROGRAM = """\
cd "$(dirname "$1")"
printf '%s' '{"state": "success", "started_at": "2026-01-01T00:00:00Z",
 "ended_at": "2026-01-01T00:00:01Z", "cpu_seconds": 0, "peak_memory_bytes": 0}' > .result
mv .result result.json
"""


@dataclass
class Cost:
    """Time and processor time of a stretch of this process."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> "Cost":
        """Return what this process has cost until now."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return cls(time.monotonic(), usage.ru_utime + usage.ru_stime)

    def until_now(self) -> "Cost":
        """Return the cost since then."""
        now = Cost.now()
        return Cost(now.wall - self.wall, now.cpu - self.cpu)


def main() -> None:
    """Measure both on the cluster named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cluster", required=True, metavar="URL")
    parser.add_argument("--elements", type=int, default=500)
    parser.add_argument("--waiting", type=int, default=2000)
    arguments = parser.parse_args()
    cluster = Cluster.at(arguments.cluster)
    with tempfile.TemporaryDirectory() as folder:
        through_the_engine(cluster, Path(folder), arguments.elements)
    with tempfile.TemporaryDirectory() as folder:
        waiting(cluster, Path(folder), arguments.waiting)


def through_the_engine(cluster: Cluster, folder: Path, count: int) -> None:
    """Carry one job of many elements through."""
    settings = Settings(home=folder / "home", slurm=slurm_settings(cluster))
    database = Database(settings.database)
    settings.home.mkdir()
    database.migrate()
    durable.migrate(database)
    executor = SlurmExecutor(settings.slurm, program=program(folder))
    queue = durable.JobQueue(database)
    worker = Worker(
        settings,
        database,
        executor=ThreadExecutor(),
        couriers=open_couriers(settings),
        cluster=executor,
    )
    begun = Cost.now()
    _, [job] = submit.submit(database, queue, [plan(folder, count)], user_email=None, client=None)
    while views.get_job(database, job.job_id).state not in FINISHED_JOB_STATES:
        time.sleep(1)
    cost = begun.until_now()
    state = views.get_job(database, job.job_id).state
    worker.close(end_programs=True)
    print(f"{count} elements, one job: {state} after {cost.wall:.1f} s")
    print(f"  worker: {cost.cpu:.1f} s of processor time, {cost.cpu / cost.wall:.2f} of a core")
    print(
        f"  requests to slurmrestd: {executor.rest.requests}, "
        f"{executor.rest.requests * 60 / cost.wall:.0f} a minute"
    )
    executor.close()
    queue.close()
    database.close()


def waiting(cluster: Cluster, folder: Path, count: int) -> None:
    """Ask for elements that wait in the queue, held."""
    settings = slurm_settings(cluster)
    executor = SlurmExecutor(settings, program=program(folder))
    properties = settings.defaults(memory_mb=100) | {"hold": True}
    requests = [request(folder, number, properties) for number in range(count)]
    begun = Cost.now()
    handles = []
    for start in range(0, count, _ARRAY):
        handles += executor.start_together(requests[start : start + _ARRAY])
    started = begun.until_now()
    known = [handle for handle in handles if handle is not None]
    begun = Cost.now()
    for _ in range(_POLLS):
        executor.poll(known)
    polled = begun.until_now()
    for handle in known:
        executor.cancel(handle)
    executor.poll(known)  # ends the arrays
    executor.close()
    print(f"{len(known)} elements submitted in {started.wall:.2f} s")
    print(
        f"  one look at all: {polled.wall / _POLLS * 1000:.0f} ms, "
        f"{polled.cpu / _POLLS * 1000:.0f} ms of processor time, "
        f"which is {polled.cpu / _POLLS / settings.poll.total_seconds():.4f} of a core every "
        f"{settings.poll.total_seconds():.0f} s"
    )


def slurm_settings(cluster: Cluster) -> SlurmSettings:
    """Return settings with the service's own paces."""
    values = {
        "url": cluster.rest_url,
        "user": "root",
        "token_command": cluster.token_command,
        "partition": "main",
        "time_limit": timedelta(minutes=5),
        "cpus": 1,
        "memory_mb": 100,
        "max_jobs": 10_000,
    }
    return SlurmSettings.model_validate(values)


def program(folder: Path) -> Sequence[str]:
    """Write the program that does nothing, and return how it is called."""
    script = folder / "program.sh"
    script.write_text(_PROGRAM)
    return ("/bin/sh", str(script))


def request(folder: Path, number: int, properties: dict[str, object]) -> LaunchRequest:
    """Lay out an attempt without a job."""
    array, index = divmod(number, _ARRAY)
    attempt = folder / f"attempt.{number}"
    attempt.mkdir()
    place = ArrayPlace(f"waiting.{array}", folder / "arrays", index, _ARRAY)
    return LaunchRequest(
        key=f"waiting.{number}",
        folder=attempt,
        resources=Resources(),
        properties=properties,
        array=place,
    )


def plan(folder: Path, count: int) -> JobPlan:
    """Return a job of one compression in partitions, and nothing else."""
    modality = ModalityPlan(name="SPIM", abbreviation="SPIM", source=str(folder), compress=True)
    return JobPlan(
        asset_name="SPIM_1_2024-02-19_11-25-17",
        bucket="private",
        storage_url=folder.as_uri(),
        project_name="Benchmark",
        platform="SmartSPIM",
        platform_name="SmartSPIM platform",
        subject_id="1",
        acq_datetime="2024-02-19T11:25:17",
        job_type="SmartSPIM",
        modalities=(modality,),
        tasks=tuple(
            TaskPlan(
                task_id=TaskId.COMPRESS_DATA,
                map_index=index,
                modality=0,
                label=f"SPIM {index}",
                partition=Partition(index=index, count=count, origin="request"),
                program=ProgramPlan(executor="slurm"),
            )
            for index in range(count)
        ),
        request={},
    )


if __name__ == "__main__":
    main()
