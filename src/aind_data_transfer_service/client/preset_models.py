"""What the service answers about presets."""

from datetime import datetime
from typing import Any

from ..wire.apis import Api
from .models import Answer


class PresetItem(Answer):
    """A preset as the list has it."""

    name: str
    """As the store calls it."""
    version: Api
    job_type: str
    task_id: str
    modality: str | None = None
    last_modified: datetime


class PresetValue(Answer):
    """A preset at one of its revisions."""

    value: dict[str, Any] | None
    """None: what the store holds is not a preset."""
    revision: str | None
    """Differs whenever the value does; the store says what it is. None for a broken one."""


class PresetChange(Answer):
    """One change of a preset."""

    id: int
    at: datetime
    who: str
    why: str | None = None
    old_value: dict[str, Any] | None = None
    """None if there was none, or a broken one."""
    old_revision: str | None = None
    new_value: dict[str, Any]
    new_revision: str | None = None
    """None if the store never confirmed the change."""
