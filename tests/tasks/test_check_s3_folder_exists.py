from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.ports.object_store import ObjectStore
from aind_data_transfer_service.storage.marker import MARKER_NAME, put_marker
from aind_data_transfer_service.storage.open import open_store
from aind_data_transfer_service.tasks.spec import ResultState, TaskResult

from .factories import ASSET_NAME, attempt, make_plan, make_spec


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    (tmp_path / "bucket").mkdir()
    return open_store((tmp_path / "bucket").as_uri())


def check(tmp_path: Path, *, force: bool = False) -> TaskResult:
    plan = make_plan(tmp_path, force_cloud_sync=force)
    return attempt(make_spec(tmp_path, TaskId.CHECK_S3_FOLDER_EXISTS, plan=plan))


def test_free(store: ObjectStore, tmp_path: Path) -> None:
    store.put_bytes(f"{ASSET_NAME}_sorted/a", b"a longer name is another asset")
    store.put_bytes(ASSET_NAME, b"so is an object of that name")
    assert check(tmp_path).outputs == {"found_objects": 0, "state": "free"}


def test_taken(store: ObjectStore, tmp_path: Path) -> None:
    store.put_bytes(f"{ASSET_NAME}/a", b"")
    error = check(tmp_path).error
    assert error is not None
    assert (error.code, error.retryable) == ("asset_exists", False)
    assert f"{store.url}/{ASSET_NAME}/ is not empty: it holds 1 objects" in error.message
    assert "force_cloud_sync" in error.what_to_do


def test_taken_but_to_be_overwritten(store: ObjectStore, tmp_path: Path) -> None:
    store.put_bytes(f"{ASSET_NAME}/0", b"")
    for number in range(1, 1001):
        (tmp_path / "bucket" / ASSET_NAME / str(number)).touch()
    result = check(tmp_path, force=True)
    assert result.outputs == {"found_objects": ">1000", "state": "overwrite"}


def test_interrupted_upload(
    store: ObjectStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put_marker(store, f"{ASSET_NAME}/", job_id="earlier-job", service_version="2.0.0")
    store.put_bytes(f"{ASSET_NAME}/a", b"")
    assert check(tmp_path).outputs == {"found_objects": 2, "state": "interrupted"}
    assert "earlier-job" in caplog.text


def test_a_file_that_only_has_the_markers_name(store: ObjectStore, tmp_path: Path) -> None:
    store.put_bytes(f"{ASSET_NAME}/{MARKER_NAME}", b'{"job_id": 1}')
    assert check(tmp_path).state is ResultState.FAILED


def test_missing_bucket(tmp_path: Path) -> None:
    error = check(tmp_path).error
    assert error is not None
    assert error.code == "bucket_missing"
