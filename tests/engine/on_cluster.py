"""Jobs whose compression runs on a cluster, and what is seen of them."""

import sys
from pathlib import Path

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, Partition, ProgramPlan
from aind_data_transfer_service.engine.repositories import Jobs
from aind_data_transfer_service.engine.services import views
from aind_data_transfer_service.executors.slurm.executor import SlurmExecutor

from ..services.slurm import Cluster
from .conftest import Engine

COMPRESS = TaskId.COMPRESS_DATA
PROGRAM = (sys.executable, str(Path(__file__).with_name("cluster_program.py")))


class OnCluster:
    """An engine whose compressions run on a cluster, by `cluster_program`."""

    def __init__(self, cluster: Cluster, engine: Engine, folder: Path) -> None:
        self.cluster = cluster
        self.engine = engine
        self.control = folder / "control"
        self.control.mkdir()
        self.slurm = SlurmExecutor(engine.settings.slurm, program=(*PROGRAM, str(self.control)))
        engine.start_worker(cluster=self.slurm)

    def script(self, name: str) -> None:
        (self.control / name).touch()

    def unscript(self, name: str) -> None:
        (self.control / name).unlink()

    def ran(self) -> list[tuple[int, int]]:
        """Map index and attempt of each run of the program."""
        return [(line[0], line[1]) for line in self._lines()]

    def submissions(self, job_id: str) -> set[str]:
        """Names of what a job's attempts were submitted as."""
        with self.engine.database.read() as session:
            handles = [attempt.handle for attempt in Jobs(session).attempts(job_id)]
        return {str(handle["name"]) for handle in handles if handle and "name" in handle}

    def _lines(self) -> list[list[int]]:
        file = self.control / "ran"
        lines = file.read_text().splitlines() if file.exists() else []
        return [[int(part) for part in line.split(",")[:2]] for line in lines]


def partitioned(plan: JobPlan, count: int, *, at_once: int | None = None) -> JobPlan:
    """Return a plan whose compression is for the cluster, in partitions."""
    tasks = []
    for task in plan.tasks:
        if task.task_id is not COMPRESS:
            tasks.append(task)
            continue
        program = ProgramPlan(executor="slurm")
        for index in range(count):
            partition = Partition(index=index, count=count, at_once=at_once, origin="request")
            changes = {"map_index": index, "partition": partition, "program": program}
            tasks.append(task.model_copy(update=changes))
    return plan.model_copy(update={"tasks": tuple(tasks)})


def elements(job: views.JobDetail) -> list[views.TaskView]:
    return [task for task in job.tasks if task.task_id == COMPRESS]
