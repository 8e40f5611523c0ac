"""Jobs in the states that pages and answers show, without a worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import UNMAPPED
from aind_data_transfer_service.domain.states import AttemptState, JobState, TaskState
from aind_data_transfer_service.engine import transitions
from aind_data_transfer_service.engine.durable import JobQueue
from aind_data_transfer_service.engine.repositories import Jobs
from aind_data_transfer_service.engine.services.submit import submit
from aind_data_transfer_service.tasks.spec import LOG_FILE

from ..engine.plans import plan_of

DISK_FULL: dict[str, Any] = {
    "code": "disk_full",
    "message": "No space left for /stage/a.zarr: No space left on device.",
    "what_to_do": "Free space there, then retry the job: finished work is kept.",
    "retryable": False,
    "details": {},
}


@dataclass(frozen=True, slots=True)
class Jobsite:
    """A database, a queue and a folder for logs."""

    database: Database
    queue: JobQueue
    folder: Path

    def queued(self, **changes: Any) -> str:
        """Submit a job and return its id."""
        plan = plan_of(self.folder, **changes)
        _, jobs = submit(self.database, self.queue, [plan], user_email=plan.user_email, client=None)
        return jobs[0].job_id

    def queued_together(self, names: Sequence[str]) -> list[str]:
        """Submit jobs in one request and return their ids."""
        plans = [plan_of(self.folder, asset_name=name) for name in names]
        _, jobs = submit(self.database, self.queue, plans, user_email=None, client=None)
        return [job.job_id for job in jobs]

    def running(self, **changes: Any) -> str:
        """Return the id of a job that a worker has begun."""
        job_id = self.queued(**changes)
        self.change(job_id, JobState.RUNNING)
        return job_id

    def uploaded(self, *, size: int, files: int = 1, **changes: Any) -> str:
        """Return the id of a job that succeeded."""
        job_id = self.running(**changes)
        task = TaskId.UPLOAD_DATA_TO_S3
        self.attempt(job_id, task, log="uploaded\n", end=AttemptState.SUCCESS)
        outputs = {"files": files, "bytes": size}
        self.change_task(job_id, task, UNMAPPED, TaskState.SUCCESS, outputs=outputs)
        self.change(job_id, JobState.SUCCESS)
        return job_id

    def failed(
        self, *, log: str = "reading\nfailed\n", error: dict[str, Any] = DISK_FULL, **changes: Any
    ) -> str:
        """Return the id of a job whose compression failed."""
        job_id = self.running(**changes)
        self.attempt(job_id, TaskId.COMPRESS_DATA, 0, log=log, end=AttemptState.FAILED)
        self.change_task(job_id, TaskId.COMPRESS_DATA, 0, TaskState.FAILED, error=error)
        with self.database.write() as session:
            for task in Jobs(session).tasks(job_id):
                if task.state == TaskState.QUEUED:
                    transitions.change_task(session, task, TaskState.UPSTREAM_FAILED)
        self.change(job_id, JobState.FAILED, error=error)
        return job_id

    def change(self, job_id: str, new: JobState, **values: Any) -> None:
        """Change a job's state."""
        with self.database.write() as session:
            transitions.change_job(session, Jobs(session).get(job_id), new, **values)

    def change_task(
        self, job_id: str, task_id: TaskId, map_index: int, new: TaskState, **values: Any
    ) -> None:
        """Change a task's state."""
        with self.database.write() as session:
            task = Jobs(session).find_task(job_id, task_id, map_index)
            transitions.change_task(session, task, new, **values)

    def attempt(
        self,
        job_id: str,
        task_id: TaskId,
        map_index: int = UNMAPPED,
        *,
        log: str | None,
        end: AttemptState | None = None,
        progress: tuple[int, int] | None = None,
    ) -> None:
        """Start an attempt at a task, which leaves a log and perhaps ends."""
        folder = self.folder / "attempts" / f"{job_id}.{task_id}.{map_index}"
        folder.mkdir(parents=True, exist_ok=True)
        if log is not None:
            (folder / LOG_FILE).write_text(log)
        with self.database.write() as session:
            task = Jobs(session).find_task(job_id, task_id, map_index)
            attempt = transitions.add_attempt(session, task, executor="local", folder=str(folder))
            session.flush()
            transitions.attempt_started(session, task, attempt, {"pid": 1})
            if progress is not None:
                task.progress_done, task.progress_total = progress
            if end is not None:
                error = DISK_FULL if end is AttemptState.FAILED else None
                transitions.attempt_ended(session, task, attempt, end, error=error)
