"""What the service answers about what a request would do; fields not named here are kept."""

from typing import Any

from pydantic import ConfigDict, Field

from ..wire.apis import Api
from .models import Answer, Problem


class _Whole(Answer):
    model_config = ConfigDict(frozen=True, extra="allow")


class PlannedSource(_Whole):
    """A folder that would be read."""

    name: str
    """The modality's abbreviation, ``metadata`` or ``derivatives``."""
    source: str | None = None
    target_prefix: str | None = None
    """Where it would go; None: nowhere."""
    text: str
    """How many files and bytes there are."""
    problem: str | None = None


class PlannedTask(_Whole):
    """A task, or one element of it."""

    task_id: str
    label: str | None = None
    skip_reason: str | None = None
    """None: it would run."""
    settings: dict[str, Any] = Field(default_factory=dict)
    origins: dict[str, str] = Field(default_factory=dict)
    """Of each setting, by its name or by JSON pointers below it."""
    executor: dict[str, Any] | None = None
    """What an executor would be asked for."""

    @property
    def name(self) -> str:
        """The task's name, with its modality if it has one."""
        return f"{self.task_id} [{self.label}]" if self.label else self.task_id


class PlannedJob(_Whole):
    """One job."""

    asset_name: str
    location: str
    sources: tuple[PlannedSource, ...] = ()
    total: dict[str, Any] = Field(default_factory=dict)
    """Of all sources: files, bytes, and the same as ``text``."""
    tasks: tuple[PlannedTask, ...] = ()
    warnings: tuple[str, ...] = ()


class Plan(_Whole):
    """All that a request would do."""

    api: Api
    jobs: tuple[PlannedJob, ...]
    warnings: tuple[Problem, ...] = ()
