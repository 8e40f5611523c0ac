"""Which jobs `GET /api/v2/jobs` lists."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveInt,
)

from ...domain.states import JobState
from ...engine.job_search import JobSearch, JobSort
from .cursor import CursorInvalid, read_cursor

_LONGEST_PAGE = 500


def _with_zone(value: Any) -> Any:
    """Read ISO 8601 only; a time without a zone is UTC."""
    if not isinstance(value, str):
        return value
    time = datetime.fromisoformat(value)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


Time = Annotated[AwareDatetime, BeforeValidator(_with_zone), AfterValidator(_in_utc)]
Texts = Annotated[list[str], Field(max_length=100)]


class ListParameters(BaseModel):
    """Which jobs to list. What may be given several times matches any of its values."""

    state: list[JobState] = Field(default=[], description="May be given several times; none: all.")
    project: Texts = Field(default=[], description="Name of the project; several times: any.")
    subject: Texts = Field(default=[], description="Id of the subject; several times: any.")
    platform: Texts = Field(default=[], description="Platform's abbreviation; several times: any.")
    job_type: Texts = Field(default=[], description="Several times: any.")
    user_email: Texts = Field(default=[], description="Whom the job tells; several times: any.")
    asset: str | None = Field(
        default=None, max_length=300, description="Text in the asset's name, whatever its case."
    )
    search: str | None = Field(
        default=None,
        max_length=300,
        description="Words that are each in the name of asset or project, in the job's or the"
        " subject's id, or in the address of whom it tells.",
    )
    submitted_from: Time | None = Field(
        default=None, description="Submitted then or later (ISO 8601, UTC unless it says else)."
    )
    submitted_to: Time | None = Field(default=None, description="Submitted then or earlier.")
    sort: JobSort = Field(
        default=JobSort.CREATED,
        description="By time of submission, of the end (those under way last), by asset, project,"
        " subject, state, or bytes of the asset (those without last).",
    )
    descending: bool = Field(default=True, description="Newest or last name first.")
    cursor: str | None = Field(
        default=None,
        max_length=2000,
        description="`next_cursor` of the page before, with the same sort and order. New jobs do"
        " not shift such pages.",
    )
    limit: Annotated[PositiveInt, Field(le=_LONGEST_PAGE)] = Field(
        default=50, description="Jobs on a page."
    )
    offset: Annotated[NonNegativeInt, Field(le=2**31)] = Field(
        default=0, description="Jobs to leave out first; for lists without a cursor."
    )

    def wanted(self) -> JobSearch:
        """Return what to look for; raises `CursorInvalid`."""
        if self.cursor is not None and self.offset:
            raise CursorInvalid("cursor: give it or offset, not both.")
        return JobSearch(
            states=self.state,
            projects=self.project,
            subjects=self.subject,
            platforms=self.platform,
            job_types=self.job_type,
            user_emails=self.user_email,
            asset=self.asset,
            words=(self.search or "").split(),
            submitted_from=self.submitted_from,
            submitted_to=self.submitted_to,
            sort=self.sort,
            descending=self.descending,
            after=None
            if self.cursor is None
            else read_cursor(self.cursor, self.sort, descending=self.descending),
            limit=self.limit,
            offset=self.offset,
        )
