"""Numbers of jobs for those who look at many."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from ...db.database import Database
from ...db.models import Job
from ..job_counts import DayCount, JobCounter
from ..job_search import JobSearch


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from among the jobs, sorted."""

    projects: tuple[str, ...]
    platforms: tuple[str, ...]
    job_types: tuple[str, ...]


def choices(database: Database) -> Choices:
    """Return the projects, platforms and job types of all jobs."""
    with database.read() as session:
        counter = JobCounter(session)
        return Choices(
            projects=tuple(counter.values(Job.project_name)),
            platforms=tuple(counter.values(Job.platform)),
            job_types=tuple(counter.values(Job.job_type)),
        )


def count_by_state(database: Database, search: JobSearch) -> dict[str, int]:
    """Return how many jobs are in each state, whatever states the search is for."""
    with database.read() as session:
        return JobCounter(session).by_state(replace(search, states=()))


def count_by_day(database: Database, search: JobSearch, first: date) -> list[DayCount]:
    """Return the jobs that a search finds by day (UTC) and state, from a day on."""
    with database.read() as session:
        return JobCounter(session).by_day(search, datetime.combine(first, time(), UTC))
