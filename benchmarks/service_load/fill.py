"""Fills a database with finished jobs, without running them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.db.models import Job, Submission, Task
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.engine import durable
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v1 import accept_v1
from aind_data_transfer_service.settings import Settings

from ..wire_models import request

_WINDOW = timedelta(days=13)
_AT_ONCE = 2000
_SUBMISSION = "filled"
_FILES, _BYTES = 1234, 56_789_012_345
_DISK_FULL = {"code": "disk_full", "message": "No space left on device", "what_to_do": "Free it."}


def fill(home: Path, jobs: int) -> None:
    """Make a database in ``home`` with so many jobs over the last two weeks."""
    settings = Settings(home=home, path_checks="off")
    database = Database(settings.database)
    database.migrate()
    durable.migrate(database)
    plan = accept_v1(request(1), IntakePolicy.from_settings(settings)).plans[0]
    document = plan.model_dump(mode="json")
    now = datetime.now(UTC)
    with database.write() as session:
        session.add(Submission(id=_SUBMISSION, created_at=now, user_email=None, client=None))
    for first in range(0, jobs, _AT_ONCE):
        numbers = range(first, min(jobs, first + _AT_ONCE))
        rows = [_job(plan, document, number, now - _WINDOW * number / jobs) for number in numbers]
        tasks = [task for row in rows for task in _tasks(plan, row)]
        with database.write() as session:
            session.connection().execute(insert(Job), rows)
            session.connection().execute(insert(Task), tasks)
    database.close()


def _job(plan: JobPlan, document: dict[str, Any], number: int, created: datetime) -> dict[str, Any]:
    failed = number % 4 == 0
    return {
        "id": f"{created:%Y%m%d-%H%M%S}-{number:08d}",
        "submission_id": _SUBMISSION,
        "position": number,
        "asset_name": f"ecephys_{600000 + number}_2024-02-19_11-25-17",
        "bucket": plan.bucket,
        "storage_url": plan.storage_url,
        "active_key": None,
        "request_hash": f"{number:064d}",
        "state": "failed" if failed else "success",
        "run": 1,
        "project_name": plan.project_name,
        "platform": plan.platform,
        "subject_id": str(600000 + number),
        "job_type": plan.job_type,
        "user_email": plan.user_email,
        "plan": document,
        "created_at": created,
        "started_at": created + timedelta(seconds=2),
        "ended_at": created + timedelta(minutes=37),
        "error": _DISK_FULL if failed else None,
        "asset_files": None if failed else _FILES,
        "asset_bytes": None if failed else _BYTES,
    }


def _tasks(plan: JobPlan, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for position, task in enumerate(plan.tasks):
        upload = task.task_id == "upload_data_to_s3"
        yield {
            "job_id": job["id"],
            "task_id": task.task_id,
            "map_index": task.map_index,
            "position": position,
            "label": task.label,
            "state": "success",
            "try_number": 1,
            "earlier_tries": 0,
            "started_at": job["started_at"],
            "ended_at": job["ended_at"],
            "outputs": {"files": _FILES, "bytes": _BYTES} if upload else None,
        }
