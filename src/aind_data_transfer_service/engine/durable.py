"""The workflow engine: what DBOS runs, and how jobs get into its queue.

DBOS keeps which jobs wait, which worker has them and which of their steps are done; what users
see is in our own tables. Both are in one database, so that a job and its place in the queue are
written in one transaction.
"""

import logging
from typing import TYPE_CHECKING

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from sqlalchemy.orm import Session

from ..db.database import Database

if TYPE_CHECKING:  # web servers start without what only workers need
    from .job import JobRunner
    from .ledger import Ledger

logger = logging.getLogger(__name__)

QUEUE = "upload_jobs"
WORKFLOW = "upload_job"
WORKFLOW_VERSION = "1"
"""Changes only when recorded runs of the workflow could not go on with new code."""

_APPLICATION = "aind-data-transfer-service"


def dbos_url(database: Database) -> str:
    """Return the database's URL in the form DBOS takes."""
    return database.url.replace("postgresql+psycopg://", "postgresql://")


def migrate(database: Database) -> None:
    """Bring DBOS's tables to the state its release wants."""
    DBOS.migrate(dbos_url(database))


class JobQueue:
    """Puts jobs into the queue; for processes that run none themselves."""

    def __init__(self, database: Database) -> None:
        self._client = DBOSClient(system_database_url=dbos_url(database), lazy=True)

    def put(self, session: Session, job_id: str, run: int) -> None:
        """Queue one run of a job in the caller's transaction."""
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": f"{job_id}.{run}",
            "app_version": WORKFLOW_VERSION,
            "application_name": _APPLICATION,
        }
        self._client.enqueue_in_transaction(session, options, job_id)

    def close(self) -> None:
        """Close the connections."""
        self._client.destroy()


class DurableRunner:
    """Runs queued jobs in this process until it is closed. One per process."""

    def __init__(
        self,
        database: Database,
        *,
        worker_id: str,
        runner: "JobRunner",
        ledger: "Ledger",
        jobs_at_once: int,
        pace_seconds: float,
    ) -> None:
        config: DBOSConfig = {
            "name": _APPLICATION,
            "system_database_url": dbos_url(database),
            "executor_id": worker_id,
            "application_version": WORKFLOW_VERSION,
            "log_level": "WARNING",
            "use_listen_notify": False,
        }
        DBOS(config=config)
        _register(runner, ledger)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=jobs_at_once,
            polling_interval_sec=pace_seconds,
            on_conflict="always_update",
        )

    def take_over(self, worker_id: str) -> int:
        """Put the jobs of a worker that is gone back in the queue; returns how many."""
        # The public way to recover needs ids; this one also knows whose they are, atomically.
        return len(DBOS._recover_pending_workflows([worker_id]))  # noqa: SLF001

    def close(self) -> None:
        """Stop taking and running jobs; what is under way goes on in another worker."""
        DBOS.destroy(destroy_registry=True)


def _register(runner: "JobRunner", ledger: "Ledger") -> None:
    from .job import StageEnd, fail_for_defect

    @DBOS.step(name="begin")
    async def begin(job_id: str) -> list[str]:
        return await runner.begin(job_id)

    @DBOS.step(name="stage")
    async def stage(job_id: str, task_id: str) -> str:
        return await runner.stage(job_id, task_id)

    @DBOS.step(name="finish")
    async def finish(job_id: str) -> str:
        return await runner.finish(job_id)

    @DBOS.workflow(name=WORKFLOW)
    async def upload_job(job_id: str) -> str:
        try:
            for task_id in await begin(job_id):
                if await stage(job_id, task_id) == StageEnd.STOP:
                    break
            return await finish(job_id)
        except Exception as problem:
            logger.exception("Job %s ended by a defect", job_id)
            text = f"{type(problem).__name__}: {problem}"
            await ledger.write(
                lambda session: fail_for_defect(session, runner.settings, job_id, text)
            )
            raise
