"""Counts of jobs, on each kind of database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from aind_data_transfer_service.db.models import Job
from aind_data_transfer_service.engine.job_counts import DayCount, JobCounter
from aind_data_transfer_service.engine.job_search import JobSearch
from aind_data_transfer_service.engine.repositories import Jobs
from aind_data_transfer_service.engine.services import control

from .conftest import Engine
from .plans import plan_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def submit(engine: Engine, folder: Path, name: str, created: datetime, size: int | None) -> str:
    [job_id] = engine.submit(plan_of(folder, asset_name=name, project_name=name[0]))
    with engine.database.write() as session:
        job = Jobs(session).get(job_id)
        job.created_at, job.asset_bytes = created, size
    return job_id


def test_jobs_are_counted_by_state_and_day(engine: Engine, tmp_path: Path) -> None:
    submit(engine, tmp_path, "a1", NOON, 5)
    submit(engine, tmp_path, "a2", NOON + timedelta(hours=11), None)
    control.cancel(engine.database, submit(engine, tmp_path, "b", NOON, 7), by="test")
    submit(engine, tmp_path, "c", NOON + timedelta(hours=12), 2)
    submit(engine, tmp_path, "d", NOON - timedelta(days=40), 2**40)

    with engine.database.read() as session:
        counter = JobCounter(session)
        day = NOON.date()
        assert sorted(counter.by_day(JobSearch())) == [
            DayCount(day - timedelta(days=40), "queued", 1, 2**40),
            DayCount(day, "cancelled", 1, 7),
            DayCount(day, "queued", 2, 5),
            DayCount(day + timedelta(days=1), "queued", 1, 2),
        ]
        assert counter.by_day(JobSearch(projects=["a"])) == [DayCount(day, "queued", 2, 5)]
        assert counter.values(Job.project_name) == ["a", "b", "c", "d"]
        assert counter.values(Job.user_email) == []
