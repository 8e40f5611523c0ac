"""Finds jobs by what they are about, in pages that new jobs do not shift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from ..db.models import Job


class JobSort(StrEnum):
    """What a list is ordered by; jobs of equal place by their id."""

    CREATED = "created"
    ENDED = "ended"
    """Jobs that have not ended come last."""
    ASSET = "asset"


_COLUMNS: dict[JobSort, InstrumentedAttribute[Any]] = {
    JobSort.CREATED: Job.created_at,
    JobSort.ENDED: Job.ended_at,
    JobSort.ASSET: Job.asset_name,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the sorting value of its last job, and the job's id."""

    value: datetime | str | None
    job_id: str


@dataclass(frozen=True, slots=True)
class JobSearch:
    """Which jobs a list shows. Empty or None: no restriction."""

    states: Sequence[str] = ()
    projects: Sequence[str] = ()
    subjects: Sequence[str] = ()
    platforms: Sequence[str] = ()
    job_types: Sequence[str] = ()
    user_emails: Sequence[str] = ()
    asset: str | None = None
    """Text in the asset's name, whatever its case."""
    submitted_from: datetime | None = None
    submitted_to: datetime | None = None
    sort: JobSort = JobSort.CREATED
    descending: bool = True
    after: Place | None = None
    """Show what follows this place."""
    offset: int = 0
    limit: int = 50


class JobFinder:
    """Searches the jobs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, search: JobSearch) -> Sequence[Job]:
        """Return the jobs of one page, without their plans."""
        column = _COLUMNS[search.sort]
        order = (column.desc(), Job.id.desc()) if search.descending else (column, Job.id)
        query = _filtered(select(Job).options(defer(Job.plan)), search)
        if search.after is not None:
            query = query.where(_follows(search, search.after))
        if search.sort is JobSort.ENDED:
            query = query.order_by(column.is_(None))
        query = query.order_by(*order).offset(search.offset).limit(search.limit)
        return self._session.scalars(query).all()

    def count(self, search: JobSearch) -> int:
        """Return how many jobs match, whatever the page."""
        return self._session.scalar(_filtered(select(func.count(Job.id)), search)) or 0


def place_of(job: Job, sort: JobSort) -> Place:
    """Return a job's place in a list."""
    return Place(getattr(job, _COLUMNS[sort].key), job.id)


def _filtered(query: Select[Any], search: JobSearch) -> Select[Any]:
    for column, values in (
        (Job.state, search.states),
        (Job.project_name, search.projects),
        (Job.subject_id, search.subjects),
        (Job.platform, search.platforms),
        (Job.job_type, search.job_types),
        (Job.user_email, search.user_emails),
    ):
        if values:
            query = query.where(column.in_(values))
    if search.asset:
        query = query.where(Job.asset_name.icontains(search.asset, autoescape=True))
    if search.submitted_from is not None:
        query = query.where(Job.created_at >= search.submitted_from)
    if search.submitted_to is not None:
        query = query.where(Job.created_at <= search.submitted_to)
    return query


def _follows(search: JobSearch, place: Place) -> ColumnElement[bool]:
    column = _COLUMNS[search.sort]
    later_id = Job.id < place.job_id if search.descending else Job.id > place.job_id
    if place.value is None:  # the jobs that have no value are the last ones
        return and_(column.is_(None), later_id)
    later = column < place.value if search.descending else column > place.value
    without = column.is_(None) if search.sort is JobSort.ENDED else false()
    return or_(later, and_(column == place.value, later_id), without)
