"""What the address of the jobs page says, and addresses like it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Self
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, Field, PositiveInt, model_validator

from ...domain.states import JobState
from ...engine.job_search import JobSearch, JobSort
from ..api_v2.cursor import read_cursor

_PER_PAGE = 50
_LONGEST_PAGE = 200


def _given(values: Any) -> Any:
    """Leave out what a form sends for a field that was left empty."""
    return [value for value in values if value != ""] if isinstance(values, list) else values


Texts = Annotated[list[str], BeforeValidator(_given), Field(max_length=100)]
States = Annotated[list[JobState], BeforeValidator(_given)]
Day = Annotated[date | None, BeforeValidator(lambda value: value or None)]


class JobsForm(BaseModel):
    """Which jobs the page shows. Days are in UTC, and both belong to what is shown."""

    search: str = Field(default="", max_length=300)
    state: States = []
    project: Texts = []
    platform: Texts = []
    job_type: Texts = []
    subject: Texts = []
    user_email: Texts = []
    from_day: Day = None
    to_day: Day = None
    sort: JobSort = JobSort.CREATED
    descending: bool = True
    cursor: str = Field(default="", max_length=2000)
    limit: Annotated[PositiveInt, Field(le=_LONGEST_PAGE)] = _PER_PAGE

    @model_validator(mode="after")
    def _check_days(self) -> Self:
        if self.from_day and self.to_day and self.from_day > self.to_day:
            raise ValueError("from_day is after to_day")
        return self

    def wanted(self) -> JobSearch:
        """Return what to look for; raises `CursorInvalid`."""
        return JobSearch(
            words=self.search.split(),
            states=self.state,
            projects=self.project,
            subjects=self.subject,
            platforms=self.platform,
            job_types=self.job_type,
            user_emails=self.user_email,
            submitted_from=_midnight(self.from_day) if self.from_day else None,
            submitted_to=_end(self.to_day) if self.to_day else None,
            sort=self.sort,
            descending=self.descending,
            after=read_cursor(self.cursor, self.sort, descending=self.descending)
            if self.cursor
            else None,
            limit=self.limit,
        )

    @property
    def restricts(self) -> bool:
        """Whether it leaves any job out."""
        return bool(self.model_dump(exclude={"sort", "descending", "cursor", "limit"}, **_SET))

    def address(self, path: str = "/jobs", **changes: Any) -> str:
        """Return the address of this list, from its beginning, with some fields changed."""
        values = self.model_dump(mode="json", exclude={"cursor"}, **_SET) | changes
        query = urlencode({name: value for name, value in values.items() if value}, doseq=True)
        if values.get("descending") is False:
            query += "&descending=false" if query else "descending=false"
        return f"{path}?{query}" if query else path

    def sorted_by(self, sort: str) -> str:
        """Return the address of this list in the order of a column; turned round if it is so."""
        turned = self.sort == sort and self.descending
        return self.address(sort=sort, descending=not turned)


_SET: dict[str, Any] = {"exclude_defaults": True}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _end(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC) if day < date.max else _midnight(day)


def chart_days(form: JobsForm, today: date, *, default: int, most: int) -> tuple[date, date]:
    """Return the first and the last day to draw: those asked for, else the last ones."""
    last = min(form.to_day or today, today)
    first = form.from_day or last - timedelta(days=default - 1)
    return max(first, last - timedelta(days=most - 1)), last
