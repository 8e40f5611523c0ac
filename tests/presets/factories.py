"""A store that can be told to fail, and a clock that is set by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aind_data_transfer_service.errors import TransferError
from aind_data_transfer_service.ports.preset_store import (
    Preset,
    PresetKey,
    PresetListing,
    PresetStore,
)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> None:
        self.now += step


class FailingStore:
    """Another store, which raises ``error`` while it is set."""

    def __init__(self, store: PresetStore) -> None:
        self._store = store
        self.error: TransferError | None = None
        self.error_after_put: TransferError | None = None

    def name_of(self, key: PresetKey) -> str:
        return self._store.name_of(key)

    def list(self) -> PresetListing:
        self._fail()
        return self._store.list()

    def get(self, key: PresetKey) -> Preset:
        self._fail()
        return self._store.get(key)

    def put(self, key: PresetKey, value: Mapping[str, Any], *, replaces: str | None) -> Preset:
        self._fail()
        preset = self._store.put(key, value, replaces=replaces)
        if self.error_after_put is not None:
            raise self.error_after_put
        return preset

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error
