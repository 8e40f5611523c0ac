"""What the engine costs a job: 16 tasks that do nothing, beside the task programs' own start.

    python benchmarks/engine.py [--jobs 20] [--database postgresql://…]

Three ways to run the same jobs, in turn: one after another with no-op tasks in threads (the
engine's overhead as one user feels it), all at once (what a busy service pays per job), and one
after another with real task programs as processes (what a small session takes).
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.domain.plan import JobPlan, ModalityPlan
from aind_data_transfer_service.domain.states import FINISHED_JOB_STATES, JobState
from aind_data_transfer_service.engine import durable
from aind_data_transfer_service.engine.services.submit import submit
from aind_data_transfer_service.engine.services.views import get_job
from aind_data_transfer_service.engine.worker import Worker
from aind_data_transfer_service.executors.local import LocalExecutor
from aind_data_transfer_service.intake.planning import lay_out
from aind_data_transfer_service.logging import set_up_logging
from aind_data_transfer_service.notify.open import open_couriers
from aind_data_transfer_service.settings import Settings, WorkerSettings
from aind_data_transfer_service.tasks.context import Done
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

if TYPE_CHECKING:
    from aind_data_transfer_service.ports.executor import Executor


class Bench:
    """One worker on an empty database, and a small session to upload."""

    def __init__(self, folder: Path, database_url: str | None, executor: "Executor") -> None:
        settings = Settings(
            home=folder / "home",
            database_url=database_url,
            worker=WorkerSettings(poll=timedelta(milliseconds=200), jobs=50),
        )
        self.folder = folder
        self.database = Database(settings.database)
        self.database.migrate()
        durable.migrate(self.database)
        self.queue = durable.JobQueue(self.database)
        (folder / "share").mkdir()
        (folder / "share" / "data.csv").write_text("1,2\n")
        (folder / "bucket").mkdir()
        couriers = open_couriers(settings)
        self.worker = Worker(settings, self.database, executor=executor, couriers=couriers)

    def run(self, names: Sequence[str]) -> list[float]:
        """Submit jobs in one request, wait for all; returns seconds from start to end of each."""
        plans = [self._plan(name) for name in names]
        _, jobs = submit(self.database, self.queue, plans, user_email=None, client=None)
        return [self._seconds(job.job_id) for job in jobs]

    def close(self) -> None:
        """Stop the worker."""
        self.worker.close(end_programs=True)
        self.queue.close()
        self.database.close()

    def _seconds(self, job_id: str) -> float:
        while (job := get_job(self.database, job_id)).state not in FINISHED_JOB_STATES:
            time.sleep(0.2)  # asking costs the worker time
        if job.state is not JobState.SUCCESS or job.started_at is None or job.ended_at is None:
            raise SystemExit(f"{job_id} did not succeed: {job.error}")
        return (job.ended_at - job.started_at).total_seconds()

    def _plan(self, name: str) -> JobPlan:
        modality = ModalityPlan(
            name="Behavior",
            abbreviation="behavior",
            source=str(self.folder / "share"),
            compress=False,
        )
        return JobPlan(
            asset_name=name,
            bucket="private",
            storage_url=(self.folder / "bucket").as_uri(),
            project_name="Benchmark",
            platform="behavior",
            platform_name="Behavior platform",
            subject_id="1",
            acq_datetime="2024-02-19T11:25:17",
            job_type="behavior",
            modalities=(modality,),
            tasks=tuple(lay_out((modality,), derivatives_dir=None)),
            request={},
        )


def main() -> None:
    """Run the three ways and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--database", help="an empty PostgreSQL database; default: SQLite")
    arguments = parser.parse_args()
    set_up_logging("ERROR", "text")
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        bench = Bench(folder, arguments.database, ThreadExecutor(lambda _context: Done()))
        bench.run(["warm-up"])
        rows.append(_one_by_one(bench, "no-op tasks, one job at a time", arguments.jobs))
        begun, cpu = time.perf_counter(), time.process_time()
        bench.run([f"many-{number}" for number in range(arguments.jobs)])
        wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
        rows.append(("no-op tasks, all jobs at once", wall / arguments.jobs, cpu / arguments.jobs))
        bench.close()
    if arguments.database is None:
        with tempfile.TemporaryDirectory() as temporary:
            bench = Bench(Path(temporary), None, LocalExecutor())
            bench.run(["warm-up"])
            rows.append(_one_by_one(bench, "real task programs, one job at a time", 5))
            bench.close()
    kind = "PostgreSQL" if arguments.database else "SQLite"
    sys.stdout.write(f"{kind}, {arguments.jobs} jobs of 16 tasks, seconds per job (median)\n")
    sys.stdout.write(f"{'':<42}{'wall':>8}{'worker CPU':>12}\n")
    for name, wall, cpu in rows:
        sys.stdout.write(f"{name:<42}{wall:>8.3f}{cpu:>12.3f}\n")


def _one_by_one(bench: Bench, name: str, jobs: int) -> tuple[str, float, float]:
    cpu = time.process_time()
    walls = [bench.run([f"{name.partition(' ')[0]}-{number}"])[0] for number in range(jobs)]
    return name, statistics.median(walls), (time.process_time() - cpu) / jobs


if __name__ == "__main__":
    main()
