"""The record of an asset goes into the document store when the asset is registered."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from aind_data_transfer_service.settings import DocumentStoreSettings, RetryPolicy
from aind_data_transfer_service.tasks.spec import ResultState, TaskResult
from aind_data_transfer_service.testing.code_ocean import FakeCodeOcean
from aind_data_transfer_service.testing.document_store import FakeDocumentStore, RecordsFault
from aind_data_transfer_service.testing.record_store_suite import record_of

from .code_ocean_job import ASSET, REGISTER, REGISTRATION, CodeOceanJob

PASSWORD = "records-password"
RECORD: dict[str, Any] = {"record": {"location": f"s3://real-bucket/{ASSET}"}}
BOTH = {**REGISTRATION, **RECORD}


@pytest.fixture
def records() -> Iterator[FakeDocumentStore]:
    with FakeDocumentStore(user="transfer", password=PASSWORD) as records:
        yield records


@pytest.fixture
def job(tmp_path: Path, records: FakeDocumentStore) -> Iterator[CodeOceanJob]:
    with FakeCodeOcean() as fake:
        job = CodeOceanJob(tmp_path, fake)
        know(job, records)
        job.staging.mkdir(parents=True)
        (job.staging / "metadata.nd.json").write_text(json.dumps(record_of()))
        yield job
        job.close()


def know(job: CodeOceanJob, records: FakeDocumentStore, **changes: Any) -> None:
    """Let the job's worker know the document store."""
    values: dict[str, Any] = {
        "url": records.url,
        "user": "transfer",
        "password": SecretStr(PASSWORD),
        "timeout": timedelta(seconds=0.5),
    }
    job.documents = DocumentStoreSettings(**(values | changes))
    job.restart_worker()


def failure(result: TaskResult) -> tuple[str, bool]:
    assert result.error is not None
    return result.error.code, result.error.retryable


def test_it_links_to_the_asset_in_code_ocean(job: CodeOceanJob, records: FakeDocumentStore) -> None:
    attempt = job.begin(REGISTER, BOTH)
    result = attempt.end()
    [asset_id] = job.fake.world.assets
    [document] = records.documents()
    assert document["external_links"] == {"Code Ocean": [asset_id]}
    assert result.outputs["record"] == {
        "id": record_of()["_id"],
        "created": True,
        "place": f"{records.url.removeprefix('mongodb://')}, metadata_index.data_assets",
    }
    left = [path.read_text() for path in job.folder.rglob("*") if path.is_file()]
    assert not [text for text in left if PASSWORD in text]


def test_without_code_ocean_it_links_to_nothing(
    job: CodeOceanJob, records: FakeDocumentStore
) -> None:
    result = job.run(REGISTER, RECORD)
    assert (result.state, list(result.outputs)) == (ResultState.SUCCESS, ["record"])
    assert records.documents()[0]["external_links"] == {}
    assert job.fake.asked == []


def test_a_second_upload_of_the_asset_changes_the_record(
    job: CodeOceanJob, records: FakeDocumentStore
) -> None:
    job.run(REGISTER, BOTH)
    again = record_of(_id="another", created="2027", metadata_status="Invalid")
    (job.staging / "metadata.nd.json").write_text(json.dumps(again))
    result = job.run(REGISTER, BOTH)
    [document] = records.documents()
    assert result.outputs["record"]["created"] is False
    assert (document["_id"], document["created"]) == (record_of()["_id"], record_of()["created"])
    assert document["metadata_status"] == "Invalid"


@pytest.mark.parametrize("command", ["find", "insert"])
@pytest.mark.parametrize("carried_out", [False, True])
def test_the_next_attempt_registers_nothing_twice(
    job: CodeOceanJob, records: FakeDocumentStore, command: str, carried_out: bool
) -> None:
    records.fail(RecordsFault(command, carried_out=carried_out))
    assert failure(job.run(REGISTER, BOTH)) == ("records_unavailable", True)
    assert job.run(REGISTER, BOTH).state is ResultState.SUCCESS
    assert len(job.fake.world.assets) == len(records.documents()) == 1


def test_credentials_that_are_not_taken(job: CodeOceanJob, records: FakeDocumentStore) -> None:
    know(job, records, password=SecretStr("wrong-password"))
    result = job.run(REGISTER, BOTH)
    assert failure(result) == ("records_refused", False)
    assert "wrong-password" not in result.model_dump_json()


def test_no_document_store_any_more(job: CodeOceanJob, records: FakeDocumentStore) -> None:
    know(job, records, url=None)
    result = job.run(REGISTER, RECORD)
    assert failure(result) == ("settings_invalid", False)
    assert result.error is not None
    assert "document_store.url" in result.error.message


def test_a_record_that_somebody_removed(job: CodeOceanJob) -> None:
    (job.staging / "metadata.nd.json").unlink()
    assert failure(job.run(REGISTER, RECORD)) == ("record_missing", False)


class TestGoingOnWithout:
    @pytest.fixture(autouse=True)
    def allowed(self, job: CodeOceanJob, records: FakeDocumentStore) -> None:
        know(job, records, go_on_without=True)
        job.retry = RetryPolicy(times=1)

    def test_it_is_tried_as_often_as_the_policy_says(
        self, job: CodeOceanJob, records: FakeDocumentStore
    ) -> None:
        records.fail(RecordsFault("find", 11600, "shutting down", times=2))
        assert failure(job.run(REGISTER, BOTH)) == ("records_unavailable", True)
        result = job.run(REGISTER, BOTH)
        assert (result.state, result.outputs["record"]) == (ResultState.SUCCESS, None)
        [warning] = result.outputs["warnings"]
        assert "The record is not in the document store:" in warning
        assert "does not answer: shutting down" in warning
        assert result.outputs["asset_id"] in job.fake.world.assets

    def test_what_no_attempt_helps_is_a_warning_at_once(
        self, job: CodeOceanJob, records: FakeDocumentStore
    ) -> None:
        records.fail(RecordsFault("insert", 121, "document failed validation"))
        result = job.run(REGISTER, RECORD)
        assert result.outputs["record"] is None
        assert records.documents() == []
