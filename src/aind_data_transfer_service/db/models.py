"""Tables of what users see: submissions, jobs, tasks, attempts, events, presets' changes, notices.

Times are stored in UTC. Documents (plans, results) are JSON text.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcTime(TypeDecorator[datetime]):
    """A time with zone; SQLite, which has none, keeps it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without a zone."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own declaration
        datetime: UtcTime,
        dict[str, Any]: JSON(none_as_null=True),
        str: Text,
    }


DEFAULT_DAG_ID = "transform_and_upload"


class Submission(Base):
    """One accepted request."""

    __tablename__ = "submissions"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    created_at: Mapped[datetime]
    user_email: Mapped[str | None]
    client: Mapped[str | None]
    """Address and user agent it came from."""


class Job(Base):
    """One acquisition session's upload."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), index=True)
    position: Mapped[int]
    """Place in the submission, from 0."""
    asset_name: Mapped[str]
    bucket: Mapped[str]
    storage_url: Mapped[str]
    active_key: Mapped[str | None] = mapped_column(unique=True)
    """Where the asset goes while the job is queued or running, else NULL: no two go to one place"""
    request_hash: Mapped[str] = mapped_column(String(64))
    """The same for requests that ask for the very same."""
    state: Mapped[str] = mapped_column(String(20))
    run: Mapped[int] = mapped_column(default=1)
    """Counts up with every retry of the job."""
    project_name: Mapped[str]
    platform: Mapped[str | None]
    subject_id: Mapped[str]
    job_type: Mapped[str]
    user_email: Mapped[str | None]
    plan: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]
    """Why it failed, as `aind_data_transfer_service.errors.TransferError.as_dict` says it."""
    asset_files: Mapped[int | None]
    """Files of the asset, once they are uploaded."""
    asset_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """Bytes of the asset, once they are uploaded."""
    dag_id: Mapped[str] = mapped_column(
        String(60), default=DEFAULT_DAG_ID, server_default=DEFAULT_DAG_ID
    )
    """What the API it was asked for by calls the pipeline."""

    __table_args__ = (
        Index("ix_jobs_created_at_id", "created_at", "id").ddl_if(dialect="postgresql"),
        # SQLite reads a row with its plan, however little of it is asked for: what lists look
        # through is here once more.
        Index(
            "ix_jobs_list",
            *("created_at", "id", "state", "project_name", "platform", "subject_id"),
            *("job_type", "user_email", "asset_name", "ended_at", "asset_bytes"),
        ).ddl_if(dialect="sqlite"),
        Index("ix_jobs_state_created_at", "state", "created_at"),
        Index("ix_jobs_asset_name", "asset_name"),
    )


class Task(Base):
    """One task of a job; one element of it, for a mapped task."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"))
    task_id: Mapped[str] = mapped_column(String(60))
    map_index: Mapped[int]
    position: Mapped[int]
    """Place in the pipeline, from 0."""
    label: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(20))
    try_number: Mapped[int] = mapped_column(default=0)
    """Attempts so far; the current one's number."""
    earlier_tries: Mapped[int] = mapped_column(default=0)
    """Attempts of runs before this one; they do not count against the retry policy."""
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    note: Mapped[str | None]
    """Why it was skipped, is waiting, or what else a person should know."""
    outputs: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    progress_done: Mapped[int | None] = mapped_column(BigInteger)
    progress_total: Mapped[int | None] = mapped_column(BigInteger)
    progress_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("job_id", "task_id", "map_index"),)


class Attempt(Base):
    """One try at a task."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_pk: Mapped[int] = mapped_column(ForeignKey("tasks.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    executor: Mapped[str] = mapped_column(String(20))
    folder: Mapped[str]
    handle: Mapped[dict[str, Any] | None]
    """What the executor needs to find it again; NULL until it was started."""
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]

    __table_args__ = (UniqueConstraint("task_pk", "number"),)


STAGING_REMOVED = "job:staging_removed"
"""Kind of the event that a failed job's staging folder was removed."""


class Event(Base):
    """One change, written in the same transaction as the change."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    task_id: Mapped[str | None] = mapped_column(String(60))
    map_index: Mapped[int | None]
    attempt: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(40))
    """``job:queued``, ``task:failed``, ``attempt:started``, ``job:cancel_requested`` …"""
    detail: Mapped[dict[str, Any] | None]


class OutboxNotice(Base):
    """A notice that waits to be sent, or was."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """One notice per event and job."""
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    event: Mapped[str] = mapped_column(String(20))
    recipient: Mapped[str]
    facts: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class WorkerRow(Base):
    """One worker process, by its lease."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    host: Mapped[str]
    process: Mapped[dict[str, Any]]
    version: Mapped[str]
    started_at: Mapped[datetime]
    renewed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Set when it stopped by itself."""
    taken_over_at: Mapped[datetime | None]
    """Set when another worker has put its jobs back in the queue."""


class PresetChangeRow(Base):
    """One change of a preset."""

    __tablename__ = "preset_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    preset: Mapped[str]
    """What the preset is for: ``v2/ecephys/upload_data_to_s3``."""
    at: Mapped[datetime]
    who: Mapped[str]
    why: Mapped[str | None]
    old_value: Mapped[dict[str, Any] | None]
    """NULL if there was none."""
    old_revision: Mapped[str | None]
    new_value: Mapped[dict[str, Any]]
    new_revision: Mapped[str | None]
    """NULL until the store has taken it."""

    __table_args__ = (Index("ix_preset_changes_preset_id", "preset", "id"),)


class RequestKey(Base):
    """The answer to a request that came with an idempotency key."""

    __tablename__ = "request_keys"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    """Of the request, to tell another one with the same key."""
    answer: Mapped[str]
    """The answer's body, JSON."""
    created_at: Mapped[datetime] = mapped_column(index=True)


class TokenRow(Base):
    """One token with which somebody may change something."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    """Part of the token's text, to find it by."""
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the secret."""
    scopes: Mapped[str]
    """With spaces between."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    """To the minute."""
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_tokens_name_not_revoked",
            "name",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
