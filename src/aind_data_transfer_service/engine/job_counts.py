"""Counts jobs: by day and state, and by what they are about."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ..db.models import Job
from .job_search import JobSearch, filtered

_MOST_VALUES = 500


class DayCount(NamedTuple):
    """The jobs of one state that were submitted on one day (UTC)."""

    day: date
    state: str
    jobs: int
    bytes: int
    """Of the assets that are uploaded."""


class JobCounter:
    """Counts the jobs that a search finds, whatever its page."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_day(self, search: JobSearch) -> list[DayCount]:
        """Return the counts of each day and state, in the order of days."""
        day = self._day().label("day")
        query = filtered(
            select(day, Job.state, func.count(), func.coalesce(func.sum(Job.asset_bytes), 0))
            .group_by(day, Job.state)
            .order_by(day),
            search,
        )
        return [
            DayCount(date.fromisoformat(str(row[0])), row[1], row[2], int(row[3]))
            for row in self._session.execute(query)
        ]

    def values(self, column: InstrumentedAttribute[Any]) -> Sequence[str]:
        """Return what jobs have in a column, sorted."""
        query = select(column).where(column.is_not(None)).distinct().order_by(column)
        return self._session.scalars(query.limit(_MOST_VALUES)).all()

    def _day(self) -> ColumnElement[Any]:
        if self._session.get_bind().dialect.name == "sqlite":
            return func.substr(Job.created_at, 1, 10)
        return func.date(func.timezone("UTC", Job.created_at))
