"""Changes of presets, each with who made it, when and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..db.database import Database
from ..db.models import PresetChangeRow
from ..db.preset_changes import PresetChanges
from ..errors import Conflict, TransferError, Unavailable
from ..last_good import utc_now
from ..ports.preset_store import (
    Preset,
    PresetBroken,
    PresetConflict,
    PresetKey,
    PresetStore,
    PresetUnknown,
)
from .cache import CachedPresets, PresetSnapshot
from .values import check_value


class NothingToRestore(Conflict):
    """Before that change there was no sound preset."""

    code = "nothing_to_restore"
    what_to_do_default = "Set the preset to what it should be."


@dataclass(frozen=True, slots=True)
class PresetChange:
    """One change of a preset."""

    id: int
    at: datetime
    who: str
    why: str | None
    old_value: Mapping[str, Any] | None
    """None if there was none, or a broken one."""
    old_revision: str | None
    new_value: Mapping[str, Any]
    new_revision: str | None
    """None if the service broke off before the store had confirmed it."""


class PresetService:
    """The presets as the API and the pages work with them.

    `snapshot` and `name_of` answer at once; all else blocks and belongs in a thread.
    """

    def __init__(
        self,
        store: PresetStore,
        cache: CachedPresets,
        database: Database,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._cache = cache
        self._database = database
        self._now = now

    def start(self) -> None:
        """Begin to read the presets in the background; waits a moment for the first time."""
        self._cache.start()

    def close(self) -> None:
        """Stop reading them."""
        self._cache.close()

    def name_of(self, key: PresetKey) -> str:
        """Return what the store calls a preset, whether it is there or not."""
        return self._store.name_of(key)

    def snapshot(self) -> PresetSnapshot:
        """Return all presets; raises why they were never read."""
        return self._cache.snapshot()

    def put(
        self,
        key: PresetKey,
        value: object,
        *,
        who: str,
        why: str | None = None,
        replaces: str | None = None,
        only_new: bool = False,
    ) -> Preset:
        """Set a preset and record the change.

        Parameters
        ----------
        key
            What it is for.
        value
            Its new value, as JSON has it.
        who
            Name or address of who changes it.
        why
            Their reason.
        replaces
            The revision they looked at; None: whatever is there.
        only_new
            Whether there must be none yet.

        Raises
        ------
        PresetInvalid
            The value is not one a preset may have.
        PresetConflict
            It is at another revision, or there is one already.
        PresetStoreUnavailable, PresetStoreRefused
            The store does not answer or does not allow it.
        """
        checked = check_value(key, value)
        old_value, found = self._current(key)
        if replaces is not None and replaces != found:
            raise PresetConflict(
                f"{self.name_of(key)} is at revision {found or 'none'}, not {replaces}:"
                " somebody else changed it.",
                found=found,
                expected=replaces,
            )
        if only_new and found is not None:
            raise PresetConflict(
                f"There is {self.name_of(key)} already, at revision {found}.", found=found
            )
        change = PresetChangeRow(
            preset=str(key),
            at=self._now(),
            who=who,
            why=why,
            old_value=old_value,
            old_revision=found,
            new_value=checked,
        )
        with self._database.write() as session:
            change_id = PresetChanges(session).add(change)
        try:
            preset = self._store.put(key, checked, replaces=found)
        except Unavailable:
            raise  # whether it was stored is not known: the change stays, unconfirmed
        except TransferError:
            with self._database.write() as session:
                PresetChanges(session).remove(change_id)
            raise
        with self._database.write() as session:
            PresetChanges(session).get(str(key), change_id).new_revision = preset.revision
        self._cache.refresh_now()
        return preset

    def history(self, key: PresetKey) -> list[PresetChange]:
        """Return all changes of a preset, newest first; none if there are none."""
        with self._database.read() as session:
            return [_change(row) for row in PresetChanges(session).of(str(key))]

    def restore(
        self,
        key: PresetKey,
        change_id: int,
        *,
        who: str,
        why: str | None = None,
        replaces: str | None = None,
    ) -> Preset:
        """Put back the value that a change replaced; this is a change like any other.

        ``replaces`` is the revision they looked at; None: whatever is there.
        Raises `PresetChangeUnknown`, `NothingToRestore`, and what `put` raises.
        """
        with self._database.read() as session:
            change = _change(PresetChanges(session).get(str(key), change_id))
        if change.old_value is None:
            raise NothingToRestore(
                f"Before change {change_id} there was no sound {key}.", change_id=change_id
            )
        reason = why or f"As before change {change_id}"
        return self.put(key, change.old_value, who=who, why=reason, replaces=replaces)

    def _current(self, key: PresetKey) -> tuple[dict[str, Any] | None, str | None]:
        """Return value and revision of what is there; a broken one has no value."""
        try:
            preset = self._store.get(key)
        except PresetUnknown:
            return None, None
        except PresetBroken as broken:
            return None, broken.revision
        return dict(preset.value), preset.revision


def _change(row: PresetChangeRow) -> PresetChange:
    return PresetChange(
        id=row.id,
        at=row.at,
        who=row.who,
        why=row.why,
        old_value=row.old_value,
        old_revision=row.old_revision,
        new_value=row.new_value,
        new_revision=row.new_revision,
    )
