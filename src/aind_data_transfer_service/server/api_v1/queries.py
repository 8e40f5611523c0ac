"""What V1 routes take in the address."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, NonNegativeInt, PositiveInt

from ...domain.states import JobState
from .answers import DAG_ID, DAG_ID_V2

_WINDOW = timedelta(days=14)


def _listed(value: Any) -> Any:
    """Read ``['a', 'b']``, ``["a", "b"]``, ``a,b`` or the parameter given several times."""
    if not isinstance(value, list):
        return value
    items: list[Any] = []
    for text in value:
        items += _items(text) if isinstance(text, str) else [text]
    return items


def _items(text: str) -> list[Any]:
    text = text.strip()
    if not text.startswith("["):
        return [item.strip() for item in text.split(",") if item.strip()]
    try:
        items = json.loads(text.replace("'", '"'))
    except ValueError:
        raise ValueError(f"{text!r} is not a list such as ['failed', 'running']") from None
    return list(items)


def _time(value: Any) -> Any:
    """Read ISO 8601; a time without a zone is UTC."""
    if not isinstance(value, str):
        return value
    time = datetime.fromisoformat(value)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _two_weeks_ago() -> datetime:
    return datetime.now(UTC) - _WINDOW


Time = Annotated[datetime, BeforeValidator(_time)]


class JobListParameters(BaseModel):
    """Which jobs to list."""

    dag_ids: Annotated[list[str], BeforeValidator(_listed)] = Field(
        default=[DAG_ID, DAG_ID_V2],
        description="Jobs asked for by V1, by V2, or both; other names have no jobs.",
    )
    page_limit: PositiveInt | None = Field(
        default=None, description="Jobs to return at most. Without it: all."
    )
    page_offset: NonNegativeInt = Field(default=0, description="Jobs to leave out first.")
    states: Annotated[list[JobState], BeforeValidator(_listed)] = Field(
        default=[],
        description="`['failed', 'running']`, `failed,running` or given several times; none: all.",
    )
    execution_date_gte: Time = Field(
        default_factory=_two_weeks_ago,
        description="Submitted then or later (ISO 8601, UTC unless it says otherwise)."
        " Without it: in the last two weeks.",
    )
    execution_date_lte: Time | None = Field(default=None, description="Submitted then or earlier.")
    order_by: Literal["-execution_date", "execution_date"] = Field(
        default="-execution_date", description="Newest first, or oldest first."
    )


class TaskListParameters(BaseModel):
    """Whose tasks to list."""

    dag_id: str = Field(min_length=1, description="Name of the pipeline; of no effect.")
    dag_run_id: str = Field(min_length=1, description="The job's id.")


class LogParameters(TaskListParameters):
    """Which log to return."""

    task_id: str = Field(min_length=1, description="The task's name.")
    try_number: NonNegativeInt = Field(description="1 is the first.")
    map_index: int = Field(ge=-1, description="Which element of a mapped task, else -1.")
    full_content: bool = Field(default=True, description="Taken, and of no effect.")
