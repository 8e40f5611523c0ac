"""Numbers of jobs for those who look at many."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

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


def count_by_day(database: Database, search: JobSearch) -> list[DayCount]:
    """Return the jobs by day (UTC) and state, whatever states the search is for."""
    with database.read() as session:
        return JobCounter(session).by_day(replace(search, states=()))


def by_state(counts: Iterable[DayCount]) -> dict[str, int]:
    """Return how many jobs are in each state that there is."""
    sums: Counter[str] = Counter()
    for count in counts:
        sums[count.state] += count.jobs
    return dict(sums)
