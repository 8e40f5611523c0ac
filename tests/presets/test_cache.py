import threading
from datetime import timedelta
from pathlib import Path

import pytest

from aind_data_transfer_service.last_good import NotLoadedYet
from aind_data_transfer_service.ports.preset_store import (
    PresetBroken,
    PresetKey,
    PresetListing,
    PresetStoreUnavailable,
    PresetUnknown,
    PresetVersion,
)
from aind_data_transfer_service.presets.cache import CachedPresets
from aind_data_transfer_service.presets.files import FilePresets
from aind_data_transfer_service.testing.preset_store_suite import MAPPED, V1, V2

from .factories import Clock, FailingStore

LONG = timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "presets"


@pytest.fixture
def store(folder: Path) -> FailingStore:
    return FailingStore(FilePresets(folder, base=None))


@pytest.fixture
def cache(store: FailingStore, clock: Clock) -> CachedPresets:
    return CachedPresets(store, refresh=LONG, now=clock)


def test_says_when_the_presets_were_read(
    cache: CachedPresets, store: FailingStore, clock: Clock
) -> None:
    put = store.put(V2, {}, replaces=None)
    cache.refresh_now()
    began = clock.now
    clock.advance(timedelta(minutes=3))
    snapshot = cache.snapshot()
    assert snapshot.get(V2) == put
    assert (snapshot.as_of, snapshot.stale_reason) == (began, None)


def test_sees_changes_when_refreshed_and_not_before(
    cache: CachedPresets, store: FailingStore
) -> None:
    cache.refresh_now()
    before = cache.snapshot()
    put = store.put(V2, {}, replaces=None)
    assert cache.snapshot().find(V2) is None
    cache.refresh_now()
    assert cache.snapshot().find(V2) == put
    assert before.find(V2) is None


def test_keeps_the_last_good_ones_while_the_store_is_down(
    cache: CachedPresets, store: FailingStore, clock: Clock
) -> None:
    put = store.put(V2, {}, replaces=None)
    cache.refresh_now()
    began = clock.now
    store.error = PresetStoreUnavailable("the store is down")
    clock.advance(timedelta(hours=1))
    cache.refresh_now()
    stale = cache.snapshot()
    assert stale.get(V2) == put
    assert (stale.as_of, stale.stale_reason) == (began, "the store is down")
    store.error = None
    cache.refresh_now()
    assert (cache.snapshot().as_of, cache.snapshot().stale_reason) == (clock.now, None)


def test_without_any_answer_the_stores_error_is_told(
    cache: CachedPresets, store: FailingStore
) -> None:
    with pytest.raises(NotLoadedYet):
        cache.snapshot()
    store.error = PresetStoreUnavailable("the store is down")
    cache.refresh_now()
    with pytest.raises(PresetStoreUnavailable, match="the store is down"):
        cache.snapshot()


def test_a_broken_preset_is_not_as_if_there_were_none(
    cache: CachedPresets, store: FailingStore, folder: Path
) -> None:
    store.put(V2, {}, replaces=None)
    (folder / "v2/ecephys/tasks/upload_data_to_s3.json").write_text("{")
    cache.refresh_now()
    snapshot = cache.snapshot()
    with pytest.raises(PresetBroken):
        snapshot.find(V2)
    assert snapshot.find(MAPPED) is None
    with pytest.raises(PresetUnknown):
        snapshot.get(MAPPED)
    assert [problem.key for problem in snapshot.problems] == [V2]


def test_job_types_are_those_with_presets_and_the_custom_one(
    cache: CachedPresets, store: FailingStore, folder: Path
) -> None:
    store.put(V1, {}, replaces=None)
    store.put(PresetKey(PresetVersion.V2, "smartspim", "x"), {}, replaces=None)
    store.put(PresetKey(PresetVersion.V2, "broken", "x"), {}, replaces=None)
    (folder / "v2/broken/tasks/x.json").write_text("{")
    cache.refresh_now()
    snapshot = cache.snapshot()
    assert snapshot.job_types(PresetVersion.V1) == ("custom", "ecephys")
    assert snapshot.job_types(PresetVersion.V2) == ("broken", "custom", "smartspim")


class SlowStore(FailingStore):
    """A store whose list waits until it is let go, and counts its calls."""

    def __init__(self, store: FilePresets) -> None:
        super().__init__(store)
        self.go = threading.Event()
        self.calls = threading.Semaphore(0)

    def list(self) -> PresetListing:
        self.calls.release()
        assert self.go.wait(30)
        return super().list()


def test_answers_while_the_store_does_not(folder: Path) -> None:
    store = SlowStore(FilePresets(folder, base=None))
    cache = CachedPresets(store, refresh=timedelta(milliseconds=1))
    store.go.set()
    cache.start()
    try:
        assert cache.snapshot().presets == {}
        store.go.clear()
        while store.calls.acquire(blocking=False):
            pass
        assert store.calls.acquire(timeout=30)  # the next reading is under way, or waits to be
        assert cache.snapshot().presets == {}
    finally:
        store.go.set()
        cache.close()


def test_is_renewed_in_the_background(folder: Path) -> None:
    store = SlowStore(FilePresets(folder, base=None))
    store.go.set()
    cache = CachedPresets(store, refresh=timedelta(milliseconds=1))
    cache.start()
    try:
        put = store.put(V2, {}, replaces=None)
        while store.calls.acquire(blocking=False):
            pass
        for _ in range(2):  # when the second reading begins, one that began after `put` is over
            assert store.calls.acquire(timeout=30)
        assert store.calls.acquire(timeout=30)
        assert cache.snapshot().get(V2) == put
    finally:
        cache.close()
