"""Lists of jobs in pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ...db.database import Database
from ..job_search import JobFinder, JobSearch, JobSummary, Place, place_of
from .progress import progress_of
from .views import JobView, job_view


@dataclass(frozen=True, slots=True)
class FoundJobs:
    """One page."""

    jobs: list[JobView]
    total: int
    """Jobs that match, whatever the page."""
    end: Place | None
    """Where the page ends; None if nothing follows."""


def search_jobs(database: Database, search: JobSearch, *, total: int | None = None) -> FoundJobs:
    """Return the jobs of one page, without their tasks; ``total`` says how many match, if known."""
    with database.read() as session:
        finder = JobFinder(session)
        rows = finder.find(replace(search, limit=search.limit + 1))
        more, rows = len(rows) > search.limit, rows[: search.limit]
        progress = progress_of(session, rows)
        return FoundJobs(
            jobs=[job_view(job, progress.get(job.id)) for job in rows],
            total=finder.count(search) if total is None else total,
            end=place_of(rows[-1], search.sort) if more else None,
        )


def count_jobs(database: Database, search: JobSearch) -> int:
    """Return how many jobs match, whatever the page."""
    with database.read() as session:
        return JobFinder(session).count(search)


def summarise_jobs(
    database: Database, search: JobSearch, most: int | None, *, at_once: int
) -> Iterator[Sequence[JobSummary]]:
    """Yield ``most`` jobs (None: all), some at a time.

    Each time is a look of its own, so that who reads slowly holds no connection.
    """
    left = most
    while left is None or left > 0:
        limit = at_once if left is None else min(left, at_once)
        with database.read() as session:
            jobs = JobFinder(session).summarise(replace(search, limit=limit))
        if jobs:
            yield jobs
        if len(jobs) < limit:
            return
        left = None if left is None else left - len(jobs)
        search = replace(search, after=place_of(jobs[-1], search.sort), offset=0)
