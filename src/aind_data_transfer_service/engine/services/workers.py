"""The workers, as those see them who look after the service."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ...db.database import Database
from ...db.models import WorkerRow
from ..repositories import Jobs, Workers


@dataclass(frozen=True, slots=True)
class WorkerView:
    """One worker process."""

    id: str
    host: str
    version: str
    started_at: datetime
    renewed_at: datetime
    state: str
    """``at work``, ``stopped``, or ``silent``: it has not renewed its lease in time."""


def list_workers(database: Database, lease: timedelta, *, most: int = 50) -> list[WorkerView]:
    """Return the workers whose jobs are theirs still, the newest first."""
    now = datetime.now(UTC)
    with database.read() as session:
        rows = Workers(session).not_taken_over()
    ordered = sorted(rows, key=lambda row: row.started_at, reverse=True)[:most]
    return [
        WorkerView(
            id=row.id,
            host=row.host,
            version=row.version,
            started_at=row.started_at,
            renewed_at=row.renewed_at,
            state=_state(row, now - lease),
        )
        for row in ordered
    ]


def count_programs(database: Database) -> dict[str, int]:
    """Return how many attempts are open, by the executor's name."""
    with database.read() as session:
        return Jobs(session).count_open_attempts()


def _state(row: WorkerRow, oldest: datetime) -> str:
    if row.ended_at is not None:
        return "stopped"
    return "at work" if row.renewed_at >= oldest else "silent"
