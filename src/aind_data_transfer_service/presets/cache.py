"""All presets at hand, for answers that may not wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from ..last_good import LastGood, utc_now
from ..ports.preset_store import (
    CUSTOM_JOB_TYPE,
    Preset,
    PresetBroken,
    PresetKey,
    PresetProblem,
    PresetStore,
    PresetUnknown,
    PresetVersion,
)


@dataclass(frozen=True, slots=True)
class PresetSnapshot:
    """The presets as they were at one time."""

    presets: Mapping[PresetKey, Preset]
    """All sound presets, in the order of their names."""
    broken: Mapping[PresetKey, PresetProblem]
    """Presets that are there, but not sound."""
    problems: tuple[PresetProblem, ...]
    """These, and what in the store is no preset at all."""
    as_of: datetime
    """When they were read (UTC)."""
    stale_reason: str | None
    """Why they could not be read again since; None if they are fresh."""

    def find(self, key: PresetKey) -> Preset | None:
        """Return a preset, or None if there is none; raises `PresetBroken`."""
        problem = self.broken.get(key)
        if problem is not None:
            raise PresetBroken(key, problem.message, revision=None)
        return self.presets.get(key)

    def get(self, key: PresetKey) -> Preset:
        """Return a preset; raises `PresetUnknown` or `PresetBroken`."""
        preset = self.find(key)
        if preset is None:
            raise PresetUnknown(f"There is no preset {key}.", key=str(key))
        return preset

    def job_types(self, version: PresetVersion) -> tuple[str, ...]:
        """Return the job types a request may name, sorted; the custom one is always there."""
        keys = (*self.presets, *self.broken)
        return tuple(
            sorted({CUSTOM_JOB_TYPE} | {key.job_type for key in keys if key.version is version})
        )


class _Contents(NamedTuple):
    presets: Mapping[PresetKey, Preset]
    broken: Mapping[PresetKey, PresetProblem]
    problems: tuple[PresetProblem, ...]


class CachedPresets:
    """A store's presets in memory, renewed in the background."""

    def __init__(
        self,
        store: PresetStore,
        *,
        refresh: timedelta,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._last_good = LastGood(self._load, what="presets", every=refresh, now=now)

    def start(self) -> None:
        """Begin to renew them."""
        self._last_good.start()

    def close(self) -> None:
        """Stop renewing them."""
        self._last_good.close()

    def snapshot(self) -> PresetSnapshot:
        """Return the presets, at once.

        Raises the store's error, or `NotLoadedYet`, if they were never read.
        """
        reading = self._last_good.read()
        problem = reading.problem
        return PresetSnapshot(
            *reading.value,
            as_of=reading.as_of,
            stale_reason=None if problem is None else problem.message,
        )

    def refresh_now(self) -> None:
        """Read the store now, in this thread, as after a change."""
        self._last_good.renew()

    def _load(self) -> _Contents:
        listing = self._store.list()
        return _Contents(
            presets={preset.key: preset for preset in listing.presets},
            broken={problem.key: problem for problem in listing.problems if problem.key},
            problems=listing.problems,
        )
