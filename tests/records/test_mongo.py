from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from aind_data_transfer_service.errors import SettingsInvalid, TransferError
from aind_data_transfer_service.ports.record_store import (
    RecordsRefused,
    RecordStore,
    RecordsUnavailable,
)
from aind_data_transfer_service.records.mongo import MongoRecordStore
from aind_data_transfer_service.testing.document_store import FakeDocumentStore, RecordsFault
from aind_data_transfer_service.testing.record_store_suite import (
    LOCATION,
    Held,
    RecordStoreTests,
    record_of,
)

from ..certificate import make_certificate

Open = Callable[..., MongoRecordStore]


@pytest.fixture
def records_at() -> Iterator[Open]:
    """Open stores, and close them at the end."""
    with ExitStack() as stack:

        def open_at(url: str, **changes: Any) -> MongoRecordStore:
            values: dict[str, Any] = {
                "url": url,
                "database": "metadata_index",
                "collection": "data_assets",
                "user": None,
                "password": None,
                "ca_file": None,
                "timeout_seconds": 1,
            }
            return stack.enter_context(closing(MongoRecordStore(**(values | changes))))

        yield open_at


@pytest.fixture
def fake() -> Iterator[FakeDocumentStore]:
    with FakeDocumentStore() as fake:
        yield fake


class TestFakeServer(RecordStoreTests):
    @pytest.fixture
    def records(self, records_at: Open, fake: FakeDocumentStore) -> RecordStore:
        return records_at(fake.url)

    @pytest.fixture
    def held(self, fake: FakeDocumentStore) -> Held:
        return lambda: [dict(one) for one in fake.documents()]


@pytest.mark.service("mongodb")
class TestServerOfOthers(RecordStoreTests):
    """Any server of MongoDB's protocol that others made."""

    @pytest.fixture
    def collection(self) -> str:
        return f"test_{uuid4().hex}"

    @pytest.fixture
    def records(self, records_at: Open, service_url: str, collection: str) -> RecordStore:
        return records_at(service_url, collection=collection, timeout_seconds=20)

    @pytest.fixture
    def held(self, service_url: str, collection: str) -> Iterator[Held]:
        with MongoClient[dict[str, Any]](service_url, retryWrites=False) as client:
            yield lambda: list(client["metadata_index"][collection].find({}))
            client["metadata_index"].drop_collection(collection)


PASSING = "records_unavailable"
REFUSED = "records_refused"
REJECTED = "record_rejected"


@dataclass(frozen=True)
class Case:
    """A fault, and the code of the first attempt's failure."""

    command: str
    error: int | None
    expected: str
    carried_out: bool = False
    delay_seconds: float = 0.0

    def __str__(self) -> str:
        what = "dropped" if self.error is None else f"error {self.error}"
        how = " though carried out" if self.carried_out else ""
        return f"{self.command}: {what}{' late' if self.delay_seconds else ''}{how}"


CASES = [
    case
    for command in ("find", "insert", "update")
    for case in (
        Case(command, None, PASSING),
        Case(command, None, PASSING, carried_out=True),
        Case(command, 0, PASSING, carried_out=True, delay_seconds=1.3),
        Case(command, 11600, PASSING),  # shutting down
        Case(command, 10107, PASSING),  # not the primary any more
        Case(command, 16500, PASSING),  # too many requests
        Case(command, 13, REFUSED),
        Case(command, 18, REFUSED),
        Case(command, 2, REJECTED),
        Case(command, 121, REJECTED),  # the collection's own rules
    )
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_after_each_fault_the_next_attempt_leaves_one_record(
    records_at: Open, fake: FakeDocumentStore, case: Case
) -> None:
    records = records_at(fake.url)
    if case.command == "update":
        records.put(record_of(metadata_status="Unknown"))
    fault = RecordsFault(
        case.command,
        case.error,
        carried_out=case.carried_out,
        delay_seconds=case.delay_seconds,
    )
    fake.fail(fault)
    with pytest.raises(TransferError) as raised:
        records.put(record_of())
    assert fault.times == 0
    assert (raised.value.code, raised.value.retryable) == (case.expected, case.expected == PASSING)
    records.put(record_of())
    [document] = fake.documents()
    assert (document["_id"], document["metadata_status"]) == (record_of()["_id"], "Valid")


def test_somebody_else_who_writes_at_the_same_time_loses_nothing(
    records_at: Open, fake: FakeDocumentStore
) -> None:
    records_at(fake.url).put(record_of())
    [document] = fake.documents()
    other = FoundMeanwhile(fake, {"external_links": {"Code Ocean": ["theirs"]}})
    records_at(other.url).put(record_of(external_links={"Code Ocean": ["ours"]}))
    assert document["external_links"] == {"Code Ocean": ["theirs", "ours"]}


def test_somebody_else_who_never_stops_writing(records_at: Open, fake: FakeDocumentStore) -> None:
    records_at(fake.url).put(record_of())
    other = FoundMeanwhile(fake, {}, times=10)
    with pytest.raises(RecordsUnavailable, match="changed by others"):
        records_at(other.url).put(record_of())


class FoundMeanwhile:
    """Changes the record each time somebody has found it."""

    def __init__(self, fake: FakeDocumentStore, changes: dict[str, Any], times: int = 1) -> None:
        self.url = fake.url
        self._changes, self._left = changes, times
        self._fake, self._answer = fake, fake.answer
        fake.answer = self.answer  # type: ignore[assignment,method-assign]

    def answer(self, command: dict[str, Any], *more: Any) -> dict[str, Any]:
        answer = self._answer(command, *more)
        if "find" in command and self._left:
            self._left -= 1
            now = {"last_modified": f"2027-{self._left}"}
            self._fake.documents()[0].update(self._changes | now)
        return answer


@pytest.mark.parametrize(
    "links", [[{"Code Ocean": "a"}, {"Elsewhere": "b"}], {"Code Ocean": "a", "Elsewhere": ["b"]}]
)
def test_links_of_old_records_are_kept(
    records_at: Open, fake: FakeDocumentStore, links: Any
) -> None:
    fake.documents().append({"_id": 7, "location": LOCATION, "external_links": links})
    kept = records_at(fake.url).put(record_of(external_links={"Code Ocean": ["c"]}))
    [document] = fake.documents()
    assert (kept.id, document["_id"]) == ("7", 7)
    assert document["external_links"] == {"Code Ocean": ["a", "c"], "Elsewhere": ["b"]}


class TestWhoAndWhere:
    @pytest.fixture
    def guarded(self) -> Iterator[FakeDocumentStore]:
        with FakeDocumentStore(user="transfer", password="sécret/word@1") as guarded:
            yield guarded

    def test_a_user_who_is_known(self, records_at: Open, guarded: FakeDocumentStore) -> None:
        records = records_at(guarded.url, user="transfer", password="sécret/word@1")
        assert records.put(record_of()).created
        assert guarded.clients == {"aind-data-transfer-service"}

    @pytest.mark.parametrize("user", ["transfer", "somebody", None])
    def test_a_user_who_is_not(
        self, records_at: Open, guarded: FakeDocumentStore, user: str | None
    ) -> None:
        records = records_at(guarded.url, user=user, password="wrong-word" if user else None)
        with pytest.raises(RecordsRefused) as raised:
            records.check()
        assert "wrong-word" not in str(raised.value.as_dict())
        assert "document_store.user" in raised.value.what_to_do

    def test_a_server_that_proves_itself(self, records_at: Open, tmp_path: Path) -> None:
        proof = make_certificate(tmp_path / "both.pem")
        with FakeDocumentStore(tls=proof.server) as fake:
            assert records_at(fake.url, ca_file=proof.file).put(record_of()).created

    def test_a_server_that_proves_itself_by_another_certificate(
        self, records_at: Open, tmp_path: Path
    ) -> None:
        other = make_certificate(tmp_path / "other.pem")
        with FakeDocumentStore(tls=make_certificate(tmp_path / "both.pem").server) as fake:
            records = records_at(fake.url, ca_file=other.file)
            with pytest.raises(RecordsUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
                records.put(record_of())

    def test_a_server_that_speaks_in_the_clear(
        self, records_at: Open, fake: FakeDocumentStore
    ) -> None:
        with pytest.raises(RecordsUnavailable, match="does not answer"):
            records_at(f"{fake.url}/?tls=true").check()
        assert fake.asked == []

    def test_a_server_that_is_away(self, records_at: Open) -> None:
        with FakeDocumentStore() as fake:
            records = records_at(fake.url)
            records.check()
        with pytest.raises(RecordsUnavailable, match="does not answer"):
            records.check()

    def test_the_place_names_no_options(self, records_at: Open) -> None:
        records = records_at("mongodb://a.example.org,b.example.org:1/?replicaSet=rs0")
        assert records.place == "a.example.org,b.example.org:1, metadata_index.data_assets"

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("mongodb://a.example.org:port", "Port"),
            ("mongodb://a.example.org/?readPreference=some", "read preference"),
            ("mongodb://a.example.org/?tsl=true", "Unknown option"),
        ],
    )
    def test_an_address_that_cannot_be(self, records_at: Open, url: str, said: str) -> None:
        with pytest.raises(SettingsInvalid, match=said):
            records_at(url)

    def test_certificates_that_are_not_there(self, records_at: Open, tmp_path: Path) -> None:
        with pytest.raises(SettingsInvalid, match=r"no\.pem|No such file"):
            records_at("mongodb://localhost", ca_file=tmp_path / "no.pem")
