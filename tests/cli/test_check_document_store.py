from collections.abc import Iterator

import pytest

from aind_data_transfer_service.cli.checks.document_store import check_document_store
from aind_data_transfer_service.cli.checks.finding import Finding
from aind_data_transfer_service.settings import DocumentStoreSettings, Settings
from aind_data_transfer_service.testing.document_store import FakeDocumentStore, RecordsFault


@pytest.fixture
def fake() -> Iterator[FakeDocumentStore]:
    with FakeDocumentStore(user="transfer", password="the-right-one") as fake:
        yield fake


def found(**values: object) -> Finding:
    given = DocumentStoreSettings.model_validate({"timeout": 1, **values})
    [finding] = check_document_store(Settings(document_store=given))
    return finding


def test_without_a_document_store_all_is_well() -> None:
    assert found().outcome == "ok"


def test_a_store_that_takes_the_credentials(fake: FakeDocumentStore) -> None:
    finding = found(url=fake.url, user="transfer", password="the-right-one")
    assert finding.outcome == "ok"
    assert "metadata_index.data_assets answers" in finding.message
    assert fake.documents() == []


def test_credentials_that_are_not_taken(fake: FakeDocumentStore) -> None:
    finding = found(url=fake.url, user="transfer", password="the-wrong-one")
    assert finding.outcome == "fail"
    assert "document_store.user" in finding.how_to_mend
    assert "the-wrong-one" not in f"{finding.message} {finding.how_to_mend}"


def test_a_missing_password(fake: FakeDocumentStore) -> None:
    finding = found(url=fake.url, user="transfer")
    assert finding.outcome == "fail"
    assert "document_store.password" in finding.message


def test_a_store_that_does_not_answer(fake: FakeDocumentStore) -> None:
    fake.fail(RecordsFault("find"))
    finding = found(url=fake.url, user="transfer", password="the-right-one")
    assert finding.outcome == "fail"
    assert "does not answer" in finding.message
    assert "document_store.url" in finding.how_to_mend
