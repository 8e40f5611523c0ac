"""What every `RecordStore` must do; each adapter's tests subclass `RecordStoreTests`."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import pytest

from ..ports.record_store import RecordRejected, RecordStore

Held = Callable[[], list[dict[str, Any]]]

LOCATION = "s3://real-bucket/behavior_1_2024-02-19_11-25-17"


def record_of(**changes: Any) -> dict[str, Any]:
    """Return a record as ``metadata.nd.json`` has it, shortened."""
    return {
        "_id": "5ca4a951-d374-4f4b-8279-d570a35b2286",
        "schema_version": "1.1.1",
        "name": "behavior_1_2024-02-19_11-25-17",
        "created": "2026-01-01T00:00:00Z",
        "last_modified": "2026-01-01T00:00:00Z",
        "location": LOCATION,
        "metadata_status": "Valid",
        "external_links": {},
        "subject": {"subject_id": "1", "notes": None},
        "session": None,
        **changes,
    }


class RecordStoreTests:
    """The port's promises."""

    @pytest.fixture
    @abstractmethod
    def records(self) -> RecordStore:
        """Return the adapter, with an empty collection."""

    @pytest.fixture
    @abstractmethod
    def held(self) -> Held:
        """Return what tells all that the collection holds."""

    def test_an_empty_store_can_be_read(self, records: RecordStore) -> None:
        records.check()

    def test_a_new_record_is_added(self, records: RecordStore, held: Held) -> None:
        kept = records.put(record_of())
        [document] = held()
        assert (kept.id, kept.created) == (record_of()["_id"], True)
        assert document.pop("last_modified") > record_of()["last_modified"]
        assert document == {k: v for k, v in record_of().items() if k != "last_modified"}

    def test_a_record_of_that_place_is_changed(self, records: RecordStore, held: Held) -> None:
        records.put(record_of(external_links={"Code Ocean": ["a"]}))
        before = held()[0]["last_modified"]
        again = record_of(
            _id="another",
            created="2027-01-01T00:00:00Z",
            external_links={"Code Ocean": ["b", "a"]},
            metadata_status="Invalid",
            session={"session_type": "new"},
        )
        kept = records.put(again)
        [document] = held()
        assert (kept.id, kept.created) == (record_of()["_id"], False)
        assert (document["_id"], document["created"]) == (kept.id, record_of()["created"])
        assert document["external_links"] == {"Code Ocean": ["a", "b"]}
        assert (document["metadata_status"], document["session"]) == (
            "Invalid",
            {"session_type": "new"},
        )
        assert document["last_modified"] > before

    def test_the_same_again_makes_no_second_one(self, records: RecordStore, held: Held) -> None:
        for _ in range(3):
            records.put(record_of(external_links={"Code Ocean": ["a"]}))
        [document] = held()
        assert document["external_links"] == {"Code Ocean": ["a"]}

    def test_what_is_not_said_is_kept(self, records: RecordStore, held: Held) -> None:
        records.put(record_of(quality_control={"evaluations": []}))
        records.put(record_of(quality_control=None, subject=None))
        [document] = held()
        assert document["quality_control"] == {"evaluations": []}
        assert document["subject"] == record_of()["subject"]

    def test_another_place_is_another_record(self, records: RecordStore, held: Held) -> None:
        records.put(record_of())
        records.put(record_of(_id="another", location=f"{LOCATION}-2"))
        assert {one["location"] for one in held()} == {LOCATION, f"{LOCATION}-2"}

    def test_an_id_that_is_taken_elsewhere(self, records: RecordStore, held: Held) -> None:
        records.put(record_of())
        before = held()
        with pytest.raises(RecordRejected, match=f"for the asset at {LOCATION}"):
            records.put(record_of(location=f"{LOCATION}-2"))
        assert held() == before

    def test_names_with_dots_and_dollars_arrive(self, records: RecordStore, held: Held) -> None:
        subject = {"a.b": {"$c": 1}, "ü": [1.5, None, True]}
        records.put(record_of())
        records.put(record_of(subject=subject))
        assert held()[0]["subject"] == subject

    def test_a_record_that_is_too_large(self, records: RecordStore, held: Held) -> None:
        with pytest.raises(RecordRejected, match="cannot be kept"):
            records.put(record_of(subject={"notes": "x" * 17_000_000}))
        assert held() == []

    def test_a_number_that_is_too_large(self, records: RecordStore, held: Held) -> None:
        with pytest.raises(RecordRejected, match="cannot be kept"):
            records.put(record_of(subject={"count": 2**70}))
        assert held() == []
