from pathlib import Path

import pytest

from aind_data_transfer_service.domain.manifest import MANIFEST_NAME
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.errors import SettingsInvalid
from aind_data_transfer_service.storage.marker import MARKER_NAME
from aind_data_transfer_service.storage.verify import VerifyMode
from aind_data_transfer_service.tasks.spec import (
    ResultState,
    StorageOptions,
    TaskError,
    TaskResult,
)
from aind_data_transfer_service.tasks.verify_upload import verify_mode

from .factories import ASSET_NAME, attempt, make_plan, make_spec

FILES = {"subject.json": "{}", "ecephys/.zgroup": "group", "ecephys/0.0": "chunk", "empty": ""}


@pytest.fixture
def asset(tmp_path: Path) -> Path:
    """An uploaded asset."""
    spec = make_spec(tmp_path, TaskId.UPLOAD_DATA_TO_S3)
    (tmp_path / "bucket").mkdir()
    Path(spec.job_folder).mkdir(parents=True)
    for name, text in FILES.items():
        path = Path(spec.staging_folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert upload(tmp_path).state is ResultState.SUCCESS
    return tmp_path / "bucket" / ASSET_NAME


def upload(tmp_path: Path) -> TaskResult:
    return attempt(make_spec(tmp_path, TaskId.UPLOAD_DATA_TO_S3))


def verify(tmp_path: Path) -> TaskResult:
    return attempt(make_spec(tmp_path, TaskId.VERIFY_UPLOAD))


def mismatch(result: TaskResult) -> TaskError:
    assert result.error is not None
    assert (result.error.code, result.error.retryable) == ("upload_mismatch", False)
    return result.error


def test_a_good_upload(asset: Path, tmp_path: Path) -> None:
    outputs = dict(verify(tmp_path).outputs)
    assert outputs.pop("seconds") >= 0
    assert outputs == {
        "files": 4,
        "bytes": 12,
        "mode": "read",
        "read_back": 4,
        "checked_by_server": 0,
        "unexpected_objects": 0,
        "unexpected_names": [],
    }
    assert asset.exists()


def test_every_fault_is_named_and_mended_by_another_upload(asset: Path, tmp_path: Path) -> None:
    (asset / "subject.json").write_text("[]")
    (asset / "ecephys" / ".zgroup").unlink()
    (asset / "empty").write_text("not empty")
    error = mismatch(verify(tmp_path))
    assert [
        (m["key"].removeprefix(f"{ASSET_NAME}/"), m["fault"]) for m in error.details["mismatches"]
    ] == [
        ("ecephys/.zgroup", "missing"),
        ("empty", "size"),
        ("subject.json", "checksum"),
    ]
    assert "3 of 4 files" in error.message
    assert f"'{ASSET_NAME}/empty': size: expected 0 bytes, found 9 bytes" in error.message
    assert "upload_data_to_s3" in error.what_to_do
    again = upload(tmp_path)
    assert again.outputs["skipped_files"] == 1
    assert verify(tmp_path).state is ResultState.SUCCESS


@pytest.mark.parametrize("harm", ["other", None])
def test_the_manifest_object_counts(asset: Path, tmp_path: Path, harm: str | None) -> None:
    if harm is None:
        (asset / MANIFEST_NAME).unlink()
    else:
        (asset / MANIFEST_NAME).write_text(harm)
    assert MANIFEST_NAME in mismatch(verify(tmp_path)).message
    upload(tmp_path)
    assert verify(tmp_path).state is ResultState.SUCCESS


def test_an_unfinished_upload_is_an_error(asset: Path, tmp_path: Path) -> None:
    (asset / MARKER_NAME).write_text("{}")
    error = mismatch(verify(tmp_path))
    assert "marker" in error.message
    assert error.details == {"mismatches": [], "unfinished": True}


def test_other_objects_are_only_told(asset: Path, tmp_path: Path) -> None:
    (asset / "ecephys" / "old.bin").write_text("from an earlier upload")
    outputs = verify(tmp_path).outputs
    assert outputs["unexpected_objects"] == 1
    assert outputs["unexpected_names"] == [f"{ASSET_NAME}/ecephys/old.bin"]


def test_without_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "bucket").mkdir()
    error = verify(tmp_path).error
    assert error is not None
    assert error.code == "manifest_missing"


@pytest.mark.parametrize(
    ("url", "endpoint_url", "wanted", "mode"),
    [
        ("s3://bucket", None, "auto", VerifyMode.SERVER),
        ("s3://bucket", "http://127.0.0.1:1", "auto", VerifyMode.READ),
        ("file:///bucket", None, "auto", VerifyMode.READ),
        ("s3://bucket", None, "read", VerifyMode.READ),
        ("s3://bucket", "http://127.0.0.1:1", "server", VerifyMode.SERVER),
    ],
)
def test_whose_checksums_are_trusted(
    tmp_path: Path, url: str, endpoint_url: str | None, wanted: str, mode: VerifyMode
) -> None:
    spec = make_spec(
        tmp_path,
        TaskId.VERIFY_UPLOAD,
        plan=make_plan(tmp_path, storage_url=url),
        storage=StorageOptions(endpoint_url=endpoint_url, verify=wanted),
    )
    assert verify_mode(spec) is mode


def test_unknown_mode(tmp_path: Path) -> None:
    storage = StorageOptions(verify="never")
    with pytest.raises(SettingsInvalid, match="'never'; allowed are auto, server and read"):
        verify_mode(make_spec(tmp_path, TaskId.VERIFY_UPLOAD, storage=storage))
