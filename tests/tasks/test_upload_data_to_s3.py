import hashlib
import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.manifest import MANIFEST_NAME
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.storage.marker import MARKER_NAME, find_marker
from aind_data_transfer_service.storage.open import open_store
from aind_data_transfer_service.tasks.spec import ResultState, TaskResult, TaskSpec

from .factories import ASSET_NAME, attempt, make_spec


@pytest.fixture
def spec(tmp_path: Path) -> TaskSpec:
    spec = make_spec(tmp_path, TaskId.UPLOAD_DATA_TO_S3)
    for folder in (Path(spec.staging_folder), Path(spec.job_folder), tmp_path / "bucket"):
        folder.mkdir(parents=True)
    return spec


@pytest.fixture
def staging(spec: TaskSpec) -> Path:
    return Path(spec.staging_folder)


@pytest.fixture
def asset(tmp_path: Path) -> Path:
    """Where the objects appear."""
    return tmp_path / "bucket" / ASSET_NAME


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def outputs(result: TaskResult) -> dict[str, Any]:
    assert result.state is ResultState.SUCCESS, result.error
    return result.outputs


def refusal(result: TaskResult, code: str) -> str:
    assert result.error is not None
    assert result.error.code == code
    return result.error.message


FILES = {
    "subject.json": "{}",
    "ecephys/exp.zarr/.zgroup": "group",
    "ecephys/exp.zarr/.zarray/0.0": "chunk",
    "ecephys/empty.bin": "",
    "behavior/*[1]'\" é.csv": "odd",
}


def test_every_file_is_there_and_listed(spec: TaskSpec, staging: Path, asset: Path) -> None:
    write(staging, FILES)
    done = outputs(attempt(spec))
    there = tree(asset)
    manifest = there.pop(MANIFEST_NAME)
    assert there == FILES
    assert manifest.splitlines() == [
        f"{hashlib.sha256(FILES[name].encode()).hexdigest()}  {name}" for name in sorted(FILES)
    ]
    assert (Path(spec.job_folder) / MANIFEST_NAME).read_text() == manifest
    assert done.pop("seconds") >= 0
    assert done == {
        "files": 5,
        "bytes": 15,
        "location": f"{asset.parent.as_uri()}/{ASSET_NAME}/",
        "manifest_sha256": hashlib.sha256(manifest.encode()).hexdigest(),
        "skipped_files": 0,
        "empty_folders": 0,
    }


def test_links_are_followed(spec: TaskSpec, staging: Path, asset: Path, tmp_path: Path) -> None:
    share = tmp_path / "share"
    write(share, {"session/.dot": "1", "session/deep/file": "2", "notes.txt": "3"})
    (staging / "behavior").symlink_to(share / "session")
    (staging / "notes.txt").symlink_to(share / "notes.txt")
    (staging / "again").symlink_to(share / "session" / "deep")
    assert outputs(attempt(spec))["files"] == 4
    there = tree(asset)
    del there[MANIFEST_NAME]
    assert there == {
        "behavior/.dot": "1",
        "behavior/deep/file": "2",
        "notes.txt": "3",
        "again/file": "2",
    }


def test_empty_folders_are_counted(spec: TaskSpec, staging: Path) -> None:
    write(staging, {"a": "1"})
    (staging / "b" / "c").mkdir(parents=True)
    (staging / "d").mkdir()
    assert outputs(attempt(spec))["empty_folders"] == 2


def test_all_that_cannot_be_uploaded_is_named(spec: TaskSpec, staging: Path, asset: Path) -> None:
    write(staging, {"good": "1", "line\nfeed": "2"})
    (staging / "broken").symlink_to("nowhere")
    (staging / "round").mkdir()
    (staging / "round" / "about").symlink_to(staging)
    os.mkfifo(staging / "fifo")
    Path(os.fsdecode(os.fsencode(staging) + b"/caf\xe9")).write_text("latin-1")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(staging / "socket"))
        message = refusal(attempt(spec), "asset_not_uploadable")
    for named in (
        "'broken' is a link that leads nowhere",
        "'round/about' is a link to a folder that it lies in",
        "'fifo' is neither a file nor a folder",
        "'socket' is neither a file nor a folder",
        r"'caf\udce9' is not valid UTF-8",
        r"'line\nfeed' has a control character",
    ):
        assert named in message
    assert "good" not in message
    assert not asset.exists()


def test_links_out_of_the_sources_are_refused(tmp_path: Path, staging: Path) -> None:
    write(tmp_path, {"share/in": "1", "secret/out": "2"})
    (staging / "in").symlink_to(tmp_path / "share" / "in")
    (staging / "out").symlink_to(tmp_path / "secret" / "out")
    roots = (str(tmp_path / "share"),)
    spec = make_spec(tmp_path, TaskId.UPLOAD_DATA_TO_S3, source_roots=roots)
    message = refusal(attempt(spec), "asset_not_uploadable")
    assert "'out' is a link out of the sources" in message
    assert "'in'" not in message


def test_an_asset_without_files_is_refused(spec: TaskSpec, staging: Path) -> None:
    (staging / "folder").mkdir()
    assert "no file" in refusal(attempt(spec), "asset_not_uploadable")


@pytest.mark.parametrize("name", [MANIFEST_NAME, MARKER_NAME])
def test_names_that_the_upload_needs(spec: TaskSpec, staging: Path, asset: Path, name: str) -> None:
    write(staging, {name: "mine", "a": "1"})
    assert name in refusal(attempt(spec), "asset_not_uploadable")
    assert not asset.exists()


def test_such_names_further_down_are_data(spec: TaskSpec, staging: Path, asset: Path) -> None:
    write(staging, {f"behavior/{MANIFEST_NAME}": "mine"})
    outputs(attempt(spec))
    assert tree(asset)[f"behavior/{MANIFEST_NAME}"] == "mine"


def test_a_second_attempt_sends_what_changed(spec: TaskSpec, staging: Path, asset: Path) -> None:
    write(staging, {"same": "1", "longer": "1", "touched": "1", "lost": "1", "cut": "123"})
    first = outputs(attempt(spec))
    write(staging, {"longer": "12", "new": "1"})
    os.utime(staging / "touched", ns=(0, 0))
    (asset / "lost").unlink()
    (asset / "cut").write_text("1")
    second = outputs(attempt(spec))
    assert (first["skipped_files"], second["skipped_files"]) == (0, 1)
    assert tree(asset) == tree(staging) | {MANIFEST_NAME: tree(asset)[MANIFEST_NAME]}
    third = outputs(attempt(spec))
    assert third["skipped_files"] == 6
    assert third["manifest_sha256"] == second["manifest_sha256"]


def test_a_torn_journal_line_is_dropped(spec: TaskSpec, staging: Path) -> None:
    write(staging, {"a": "1", "b": "1"})
    outputs(attempt(spec))
    journal = Path(spec.job_folder) / "manifest.jsonl"
    journal.write_bytes(journal.read_bytes()[:-10])
    assert outputs(attempt(spec))["skipped_files"] == 1
    lines = journal.read_text().splitlines()
    assert {json.loads(line)["path"] for line in lines} == {"a", "b"}


def test_the_marker_stays_when_the_upload_fails(
    spec: TaskSpec, staging: Path, tmp_path: Path
) -> None:
    write(staging, {"a/b": "1", "c": "1"})
    # where the object a/b is to go, there is an object a
    write(tmp_path / "bucket" / ASSET_NAME, {"a": "in the way"})
    refusal(attempt(spec), "key_refused")
    marker = find_marker(open_store((tmp_path / "bucket").as_uri()), f"{ASSET_NAME}/")
    assert marker is not None
    assert marker.job_id == spec.job_id
    assert not (tmp_path / "bucket" / ASSET_NAME / MANIFEST_NAME).exists()


def test_progress_is_in_bytes(spec: TaskSpec, staging: Path) -> None:
    write(staging, {"a": "x" * 1000, "b": "x" * 234})
    outputs(attempt(spec))
    progress = Path(spec.job_folder) / "attempts" / "0" / "progress.jsonl"
    last = json.loads(progress.read_text().splitlines()[-1])
    assert (last["done"], last["total"]) == (1234, 1234)


def test_many_small_files(spec: TaskSpec, staging: Path, asset: Path) -> None:
    files = {f"zarr/{number // 100}/{number}": str(number) for number in range(1500)}
    write(staging, files)
    assert outputs(attempt(spec))["files"] == 1500
    assert tree(asset).items() >= files.items()


def test_settings(tmp_path: Path, staging: Path) -> None:
    write(staging, {"a": "1"})
    good = make_spec(tmp_path, TaskId.UPLOAD_DATA_TO_S3, settings={"concurrency": 2, "other": 1})
    assert outputs(attempt(good))["files"] == 1
    wrong = make_spec(tmp_path, TaskId.UPLOAD_DATA_TO_S3, settings={"concurrency": 0})
    assert "concurrency is 0" in refusal(attempt(wrong), "invalid_input")
