"""What every `PresetStore` must do; each adapter's tests subclass `PresetStoreTests`."""

from abc import abstractmethod
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from ..ports.preset_store import (
    PresetBroken,
    PresetConflict,
    PresetInvalid,
    PresetKey,
    PresetStore,
    PresetUnknown,
    PresetVersion,
)

V1 = PresetKey(PresetVersion.V1, "ecephys", "compress_data")
V2 = PresetKey(PresetVersion.V2, "ecephys", "upload_data_to_s3")
MAPPED = PresetKey(
    PresetVersion.V2, "ecephys", "modality_transformation_settings", "behavior-videos"
)
VALUE: dict[str, Any] = {
    "skip_task": False,
    "job_settings": {"text": "a 'quote', \"another\", ü", "list": [1, 2.5, None]},
}
_WRITERS = 4


class PresetStoreTests:
    """The port's promises."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> PresetStore:
        """Return an empty store."""

    @abstractmethod
    def put_raw(self, store: PresetStore, name: str, text: str) -> None:
        """Write past the port, as somebody at the store's own tools would.

        ``name`` is below the prefix: ``v2/ecephys/tasks/x``.
        """

    def test_is_empty_at_first(self, store: PresetStore) -> None:
        listing = store.list()
        assert listing.presets == ()
        assert listing.problems == ()
        with pytest.raises(PresetUnknown):
            store.get(V2)

    @pytest.mark.parametrize(
        ("key", "ending"),
        [
            (V1, "/ecephys/tasks/compress_data"),
            (V2, "/v2/ecephys/tasks/upload_data_to_s3"),
            (MAPPED, "/v2/ecephys/tasks/modality_transformation_settings/behavior-videos"),
        ],
        ids=str,
    )
    def test_has_the_names_of_the_first_service(
        self, store: PresetStore, key: PresetKey, ending: str
    ) -> None:
        assert store.name_of(key).endswith(f"job_types{ending}")
        assert store.name_of(key).startswith("/")

    @pytest.mark.parametrize("key", [V1, V2, MAPPED], ids=str)
    def test_gives_back_what_was_put(self, store: PresetStore, key: PresetKey) -> None:
        put = store.put(key, VALUE, replaces=None)
        assert (put.key, put.value) == (key, VALUE)
        assert put.modified.utcoffset() == timedelta(0)
        assert abs(put.modified - datetime.now(UTC)) < timedelta(minutes=5)
        assert store.get(key) == put
        assert store.list().presets == (put,)

    def test_lists_more_than_one_page_in_order(self, store: PresetStore) -> None:
        keys = [PresetKey(PresetVersion.V2, f"type{i:02}", "upload_data_to_s3") for i in range(23)]
        for key in reversed(keys):
            store.put(key, {}, replaces=None)
        assert [preset.key for preset in store.list().presets] == keys

    def test_gives_every_value_its_revision(self, store: PresetStore) -> None:
        first = store.put(V2, {"skip_task": True}, replaces=None)
        second = store.put(V2, {"skip_task": False}, replaces=first.revision)
        assert second.revision != first.revision
        assert store.get(V2) == second

    def test_notices_a_second_writer(self, store: PresetStore) -> None:
        first = store.put(V2, {"skip_task": True}, replaces=None)
        second = store.put(V2, {"skip_task": False}, replaces=first.revision)
        for seen in (None, first.revision):
            with pytest.raises(PresetConflict) as refused:
                store.put(V2, {"image": "mine"}, replaces=seen)
            assert refused.value.details["found"] == second.revision
        assert store.get(V2) == second

    def test_does_not_replace_what_is_not_there(self, store: PresetStore) -> None:
        with pytest.raises(PresetConflict):
            store.put(V2, {}, replaces="7")
        assert store.list().presets == ()

    def test_lets_one_of_many_writers_win(self, store: PresetStore) -> None:
        first = store.put(V2, {"image_version": "old"}, replaces=None)
        ready = Barrier(_WRITERS)

        def write(number: int) -> Mapping[str, Any] | None:
            ready.wait()
            try:
                put = store.put(V2, {"image_version": str(number)}, replaces=first.revision)
            except PresetConflict:
                return None
            return put.value

        with ThreadPoolExecutor(_WRITERS) as pool:
            won = [value for value in pool.map(write, range(_WRITERS)) if value is not None]
        assert len(won) == 1
        assert store.get(V2).value == won[0]

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            ({"skip_taks": True}, "Did you mean 'skip_task'?"),
            ({"skip_task": "yes"}, "skip_task"),
            ({"job_settings": [1]}, "job_settings"),
            ({"job_settings": {"x": float("nan")}}, "JSON"),
            ({"job_settings": {"x": object()}}, "JSON"),
        ],
    )
    def test_refuses_values_that_no_task_has(
        self, store: PresetStore, value: dict[str, Any], says: str
    ) -> None:
        with pytest.raises(PresetInvalid, match=says.replace("?", r"\?")):
            store.put(V2, value, replaces=None)
        assert store.list().presets == ()

    def test_takes_any_object_for_v1(self, store: PresetStore) -> None:
        assert store.put(V1, {"anything": [1]}, replaces=None).value == {"anything": [1]}

    @pytest.mark.parametrize(
        "text", ["{", "3", "[]", '{"skip_task": 1}', '{"unknown": 1}', '{"job_settings": NaN}']
    )
    def test_tells_of_a_broken_preset_and_goes_on(self, store: PresetStore, text: str) -> None:
        sound = store.put(MAPPED, VALUE, replaces=None)
        self.put_raw(store, "v2/ecephys/tasks/upload_data_to_s3", text)
        listing = store.list()
        assert listing.presets == (sound,)
        assert [problem.key for problem in listing.problems] == [V2]
        with pytest.raises(PresetBroken):
            store.get(V2)

    def test_replaces_a_broken_preset(self, store: PresetStore) -> None:
        self.put_raw(store, "v2/ecephys/tasks/upload_data_to_s3", "{")
        with pytest.raises(PresetBroken) as broken:
            store.get(V2)
        put = store.put(V2, VALUE, replaces=broken.value.revision)
        assert store.list().presets == (put,)
        assert store.list().problems == ()

    @pytest.mark.parametrize(
        "name",
        [
            "v2/ecephys/tasks/x/no-such-modality",
            "v2/ecephys/tasks/x/ecephys/and-more",
            "v2/tasks/x",
            "ecephys/x",
            "x",
        ],
    )
    def test_tells_of_what_is_no_preset_and_goes_on(self, store: PresetStore, name: str) -> None:
        sound = store.put(V1, {}, replaces=None)
        self.put_raw(store, name, "{}")
        listing = store.list()
        assert listing.presets == (sound,)
        (problem,) = listing.problems
        assert name in problem.name
        assert problem.key is None
        assert problem.message
