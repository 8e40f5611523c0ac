"""Every query of the changes of presets."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..errors import NotFound
from .models import PresetChangeRow


class PresetChangeUnknown(NotFound):
    """The preset has no such change."""

    code = "preset_change_unknown"
    what_to_do_default = "Look at the preset's history."


class PresetChanges:
    """What was changed, by whom and why. ``preset`` is the text of a key."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, change: PresetChangeRow) -> int:
        """Keep a change; return its id."""
        self._session.add(change)
        self._session.flush()
        return change.id

    def get(self, preset: str, change_id: int) -> PresetChangeRow:
        """Return one change of a preset; raises `PresetChangeUnknown`."""
        change = self._session.get(PresetChangeRow, change_id)
        if change is None or change.preset != preset:
            raise PresetChangeUnknown(
                f"{preset} has no change {change_id}.", preset=preset, change_id=change_id
            )
        return change

    def remove(self, change_id: int) -> None:
        """Forget a change that was not made."""
        self._session.delete(self._session.get_one(PresetChangeRow, change_id))

    def of(self, preset: str) -> Sequence[PresetChangeRow]:
        """Return a preset's changes, newest first."""
        return self._session.scalars(
            select(PresetChangeRow)
            .where(PresetChangeRow.preset == preset)
            .order_by(PresetChangeRow.id.desc())
        ).all()
