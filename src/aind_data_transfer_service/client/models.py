"""What the service answers, as far as clients need it; unknown fields are ignored."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

FINISHED = frozenset({"success", "failed", "cancelled"})
"""States a job stays in until somebody retries it."""


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Problem(Answer):
    """One thing that is wrong, or doubtful, at one place of a request."""

    code: str
    field: str = ""
    """Such as ``upload_jobs[0].platform``; empty for the whole request."""
    message: str
    value: str | int | float | bool | None = None
    allowed: tuple[str, ...] | None = None
    nearest: str | None = None
    """What was probably meant."""


class Validation(Answer):
    """What the service thinks of a request."""

    valid: bool
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    validated: dict[str, Any] | None = None
    """The request with everything filled in, if it is valid."""


class SubmittedJob(Answer):
    """One job of a submission."""

    job_id: str
    submission_id: str
    asset_name: str
    location: str
    new: bool = True
    """False: the very same job was under way already, and this is it."""


class Submission(Answer):
    """A request that was accepted."""

    jobs: tuple[SubmittedJob, ...]
    warnings: tuple[Problem, ...] = ()


class Attempt(Answer):
    """One try at a task."""

    number: int
    state: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    error: dict[str, Any] | None = None


class Task(Answer):
    """One task of a job, or one element of it."""

    task_id: str
    title: str
    map_index: int
    label: str | None = None
    state: str
    try_number: int
    started_at: datetime | None = None
    ended_at: datetime | None = None
    next_try_at: datetime | None = None
    note: str | None = None
    outputs: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    progress_done: int | None = None
    """Bytes."""
    progress_total: int | None = None
    """Bytes."""
    rate: float | None = None
    """Bytes per second."""
    eta_seconds: float | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def name(self) -> str:
        """The task's name, with its modality if it has one."""
        return f"{self.task_id} [{self.label}]" if self.label else self.task_id


class Job(Answer):
    """One upload job; its tasks are known only when it is asked for by id."""

    job_id: str
    submission_id: str
    asset_name: str
    location: str
    """URL of the asset, with a slash at the end."""
    bucket: str
    state: str
    run: int = 1
    """One more for each retry."""
    project_name: str
    subject_id: str
    job_type: str
    user_email: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cancel_requested: bool = False
    error: dict[str, Any] | None = None
    files: int | None = None
    bytes: int | None = None
    tasks: tuple[Task, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, well or not."""
        return self.state in FINISHED


class JobPage(Answer):
    """A page of the list of jobs."""

    jobs: tuple[Job, ...] = Field(default=())
    total: int
    """How many there are in all."""
