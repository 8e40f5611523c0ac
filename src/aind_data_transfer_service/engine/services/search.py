"""Lists of jobs in pages."""

from dataclasses import dataclass, replace

from ...db.database import Database
from ...domain.pipeline import TaskId
from ..job_search import JobFinder, JobSearch, Place, place_of
from ..repositories import Jobs
from .views import JobView, job_view


@dataclass(frozen=True, slots=True)
class FoundJobs:
    """One page."""

    jobs: list[JobView]
    total: int
    """Jobs that match, whatever the page."""
    end: Place | None
    """Where the page ends; None if nothing follows."""


def search_jobs(database: Database, search: JobSearch) -> FoundJobs:
    """Return the jobs of one page, without their tasks."""
    with database.read() as session:
        finder = JobFinder(session)
        rows = finder.find(replace(search, limit=search.limit + 1))
        more, rows = len(rows) > search.limit, rows[: search.limit]
        uploads = Jobs(session).tasks_of_many([job.id for job in rows], TaskId.UPLOAD_DATA_TO_S3)
        outputs = {task.job_id: task.outputs for task in uploads}
        return FoundJobs(
            jobs=[job_view(job, outputs.get(job.id)) for job in rows],
            total=finder.count(search),
            end=place_of(rows[-1], search.sort) if more else None,
        )
