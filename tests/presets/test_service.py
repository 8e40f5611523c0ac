from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.db.preset_changes import PresetChangeUnknown
from aind_data_transfer_service.ports.preset_store import (
    PresetConflict,
    PresetInvalid,
    PresetStoreRefused,
    PresetStoreUnavailable,
    PresetVersion,
)
from aind_data_transfer_service.presets.cache import CachedPresets
from aind_data_transfer_service.presets.files import FilePresets
from aind_data_transfer_service.presets.open import open_presets
from aind_data_transfer_service.presets.service import NothingToRestore, PresetService
from aind_data_transfer_service.settings import Settings
from aind_data_transfer_service.testing.preset_store_suite import MAPPED, V2

from .factories import Clock, FailingStore

OLD = {"image_version": "old"}
NEW = {"image_version": "new"}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'state.db'}")
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> FailingStore:
    return FailingStore(FilePresets(tmp_path / "presets", base=None))


@pytest.fixture
def service(store: FailingStore, database: Database, clock: Clock) -> PresetService:
    cache = CachedPresets(store, refresh=timedelta(days=1), now=clock)
    cache.refresh_now()
    return PresetService(store, cache, database, now=clock)


def test_a_change_is_seen_at_once(service: PresetService) -> None:
    assert service.put(V2, OLD, who="ada") == service.snapshot().get(V2)


def test_history_says_who_when_why_and_what(service: PresetService, clock: Clock) -> None:
    first = service.put(V2, OLD, who="ada", why="to begin with")
    service.put(MAPPED, OLD, who="ada")
    began = clock.now
    clock.advance(timedelta(hours=1))
    second = service.put(V2, NEW, who="grace")
    newest, oldest = service.history(V2)
    assert (oldest.who, oldest.why, oldest.at) == ("ada", "to begin with", began)
    assert (oldest.old_value, oldest.old_revision) == (None, None)
    assert (oldest.new_value, oldest.new_revision) == (OLD, first.revision)
    assert (newest.who, newest.why, newest.at) == ("grace", None, clock.now)
    assert (newest.old_value, newest.old_revision) == (OLD, first.revision)
    assert (newest.new_value, newest.new_revision) == (NEW, second.revision)


def test_what_a_change_replaced_can_be_put_back(
    service: PresetService, store: FailingStore
) -> None:
    store.put(V2, OLD, replaces=None)  # before the service knew of it
    service.put(V2, NEW, who="ada")
    (change,) = service.history(V2)
    restored = service.restore(V2, change.id, who="grace")
    assert restored.value == OLD
    assert service.snapshot().get(V2) == restored
    newest = service.history(V2)[0]
    assert (newest.who, newest.why) == ("grace", f"As before change {change.id}")
    assert (newest.old_value, newest.new_value) == (NEW, OLD)


def test_only_what_was_can_be_put_back(service: PresetService) -> None:
    service.put(V2, OLD, who="ada")
    (change,) = service.history(V2)
    with pytest.raises(NothingToRestore):
        service.restore(V2, change.id, who="ada")
    with pytest.raises(PresetChangeUnknown):
        service.restore(MAPPED, change.id, who="ada")
    with pytest.raises(PresetChangeUnknown):
        service.restore(V2, change.id + 1, who="ada")


def test_a_second_writer_is_told(service: PresetService) -> None:
    first = service.put(V2, OLD, who="ada")
    service.put(V2, NEW, who="ada", replaces=first.revision)
    with pytest.raises(PresetConflict):
        service.put(V2, {}, who="grace", replaces=first.revision)
    assert service.snapshot().get(V2).value == NEW
    assert len(service.history(V2)) == 2


@pytest.mark.parametrize("value", [3, None, [], {"unknown": 1}])
def test_a_value_that_is_refused_leaves_no_trace(service: PresetService, value: object) -> None:
    with pytest.raises(PresetInvalid):
        service.put(V2, value, who="ada")
    assert service.history(V2) == []
    assert service.snapshot().find(V2) is None


def test_a_change_that_the_store_refuses_leaves_no_trace(
    service: PresetService, store: FailingStore
) -> None:
    store.error_after_put = PresetStoreRefused("not allowed")
    with pytest.raises(PresetStoreRefused):
        service.put(V2, OLD, who="ada")
    assert service.history(V2) == []


def test_a_change_without_an_answer_stays_unconfirmed(
    service: PresetService, store: FailingStore
) -> None:
    store.error_after_put = PresetStoreUnavailable("no answer")
    with pytest.raises(PresetStoreUnavailable):
        service.put(V2, OLD, who="ada")
    (change,) = service.history(V2)
    assert (change.new_value, change.new_revision) == (OLD, None)


def test_a_broken_preset_can_be_set_anew(service: PresetService, tmp_path: Path) -> None:
    service.put(V2, OLD, who="ada")
    (tmp_path / "presets/v2/ecephys/tasks/upload_data_to_s3.json").write_text("{")
    put = service.put(V2, NEW, who="ada")
    assert service.snapshot().get(V2) == put
    change = service.history(V2)[0]
    assert change.old_value is None
    assert change.old_revision is not None


def test_writers_at_once_leave_a_true_history(
    store: FailingStore, database: Database, service: PresetService
) -> None:
    ready = Barrier(4)

    def write(number: int) -> str | None:
        cache = CachedPresets(store, refresh=timedelta(days=1))
        process = PresetService(store, cache, database)
        ready.wait()
        try:
            return process.put(V2, {"image_version": str(number)}, who=f"writer {number}").revision
        except PresetConflict:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = {revision for revision in pool.map(write, range(4)) if revision is not None}
    history = service.history(V2)
    assert made
    assert {change.new_revision for change in history} == made
    assert history[0].new_value == store.get(V2).value


def test_the_presets_are_read_as_the_settings_say(tmp_path: Path, database: Database) -> None:
    presets = open_presets(Settings(home=tmp_path), database)
    presets.start()
    try:
        assert "ecephys" in presets.snapshot().job_types(PresetVersion.V2)
        put = presets.put(V2, NEW, who="ada")
        assert presets.snapshot().get(V2) == put
        assert presets.name_of(V2) == "/job_types/v2/ecephys/tasks/upload_data_to_s3"
    finally:
        presets.close()
