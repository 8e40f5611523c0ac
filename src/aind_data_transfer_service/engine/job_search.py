"""Finds jobs by what they are about, in pages that new jobs do not shift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from ..db.models import Job


class JobSort(StrEnum):
    """What a list is ordered by; jobs of equal place by their id."""

    CREATED = "created"
    ENDED = "ended"
    """Jobs that have not ended come last."""
    ASSET = "asset"
    PROJECT = "project"
    SUBJECT = "subject"
    STATE = "state"
    BYTES = "bytes"
    """Jobs whose assets are not uploaded come last."""


_COLUMNS: dict[JobSort, InstrumentedAttribute[Any]] = {
    JobSort.CREATED: Job.created_at,
    JobSort.ENDED: Job.ended_at,
    JobSort.ASSET: Job.asset_name,
    JobSort.PROJECT: Job.project_name,
    JobSort.SUBJECT: Job.subject_id,
    JobSort.STATE: Job.state,
    JobSort.BYTES: Job.asset_bytes,
}
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])

MAY_LACK = frozenset({JobSort.ENDED, JobSort.BYTES})
"""Where not every job has a value."""

_TEXTS = (Job.asset_name, Job.id, Job.subject_id, Job.project_name, Job.user_email)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the sorting value of its last job, and the job's id."""

    value: datetime | str | int | None
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
    submission: str | None = None
    """Id of the submission they came with."""
    asset: str | None = None
    """Text in the asset's name, whatever its case."""
    words: Sequence[str] = ()
    """Each is in the name of asset or project, in an id, or in the address of who is told."""
    dag_ids: Sequence[str] = ()
    submitted_from: datetime | None = None
    submitted_to: datetime | None = None
    sort: JobSort = JobSort.CREATED
    descending: bool = True
    after: Place | None = None
    """Show what follows this place."""
    offset: int = 0
    limit: int = 50


class JobSummary(NamedTuple):
    """What a long list shows of a job."""

    id: str
    asset_name: str
    state: str
    project_name: str
    subject_id: str
    platform: str | None
    job_type: str
    user_email: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    asset_files: int | None
    asset_bytes: int | None
    error: dict[str, Any] | None
    dag_id: str


_SUMMARY: tuple[InstrumentedAttribute[Any], ...] = (
    Job.id,
    Job.asset_name,
    Job.state,
    Job.project_name,
    Job.subject_id,
    Job.platform,
    Job.job_type,
    Job.user_email,
    Job.created_at,
    Job.started_at,
    Job.ended_at,
    Job.asset_files,
    Job.asset_bytes,
    Job.error,
    Job.dag_id,
)


class JobFinder:
    """Searches the jobs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, search: JobSearch) -> Sequence[Job]:
        """Return the jobs of one page, without their plans."""
        query = _page(select(Job).options(defer(Job.plan)), search)
        return self._session.scalars(query).all()

    def summarise(self, search: JobSearch) -> Sequence[JobSummary]:
        """Return the jobs of one page as rows, which are read faster than objects."""
        rows = self._session.connection().execute(_page(select(*_SUMMARY), search))
        return [JobSummary._make(row) for row in rows.all()]

    def count(self, search: JobSearch) -> int:
        """Return how many jobs match, whatever the page."""
        query = filtered(select(func.count()).select_from(Job), search)
        return self._session.scalar(query) or 0


def place_of(job: Job | JobSummary, sort: JobSort) -> Place:
    """Return a job's place in a list."""
    return Place(getattr(job, _COLUMNS[sort].key), job.id)


def _page(query: Select[Any], search: JobSearch) -> Select[Any]:
    column = _COLUMNS[search.sort]
    order = (column.desc(), Job.id.desc()) if search.descending else (column, Job.id)
    # Before the other conditions: SQLite takes the first of them to go into the index by.
    if search.after is not None:
        query = query.where(_follows(search, search.after))
    query = filtered(query, search)
    if search.sort in MAY_LACK:
        query = query.order_by(column.is_(None))
    return query.order_by(*order).offset(search.offset).limit(search.limit)


def filtered(query: Query, search: JobSearch) -> Query:
    """Return a query of jobs with what a search restricts, whatever its order and page."""
    for column, values in (
        (Job.state, search.states),
        (Job.project_name, search.projects),
        (Job.subject_id, search.subjects),
        (Job.platform, search.platforms),
        (Job.job_type, search.job_types),
        (Job.user_email, search.user_emails),
        (Job.dag_id, search.dag_ids),
    ):
        if values:
            query = query.where(column.in_(values))
    if search.submission is not None:
        query = query.where(Job.submission_id == search.submission)
    if search.asset:
        query = query.where(Job.asset_name.icontains(search.asset, autoescape=True))
    for word in search.words:
        query = query.where(or_(*(text.icontains(word, autoescape=True) for text in _TEXTS)))
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
    if search.sort in MAY_LACK:
        return or_(later, and_(column == place.value, later_id), column.is_(None))
    # As one comparison, for which databases use the index.
    here, there = tuple_(column, Job.id), tuple_(place.value, place.job_id)
    return here < there if search.descending else here > there
