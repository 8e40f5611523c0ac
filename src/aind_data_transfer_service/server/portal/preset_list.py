"""The list of presets, and what narrows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from ...ports.preset_store import PresetKey
from ...presets.cache import PresetSnapshot
from ...presets.values import write_value


class PresetsForm(BaseModel):
    """Which presets are shown; an empty field restricts nothing."""

    search: str = ""
    version: str = ""
    job_type: str = ""
    task_id: str = ""
    modality: str = ""


@dataclass(frozen=True, slots=True)
class PresetRow:
    """One preset of the list."""

    key: PresetKey
    value: str
    """As JSON; empty if it is broken."""
    modified: datetime | None
    problem: str | None


def rows_of(snapshot: PresetSnapshot) -> list[PresetRow]:
    """Return all presets, broken ones too, in the order of their names."""
    sound = [
        PresetRow(key, write_value(preset.value), preset.modified, None)
        for key, preset in snapshot.presets.items()
    ]
    broken = [PresetRow(key, "", None, problem.message) for key, problem in snapshot.broken.items()]
    return sorted(sound + broken, key=lambda row: str(row.key))


def narrowed(rows: Sequence[PresetRow], form: PresetsForm) -> list[PresetRow]:
    """Return the rows that the form leaves."""
    word = form.search.casefold()
    return [
        row
        for row in rows
        if form.version in ("", row.key.version)
        and form.job_type in ("", row.key.job_type)
        and form.task_id in ("", row.key.task_id)
        and form.modality in ("", row.key.modality or "")
        and word in f"{row.key}\n{row.value}".casefold()
    ]
