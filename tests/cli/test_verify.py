import hashlib
import json
from pathlib import Path

import pytest

from aind_data_transfer_service.cli.verification import LocationInvalid, asset_place
from aind_data_transfer_service.domain.manifest import Manifest, ManifestEntry
from aind_data_transfer_service.storage.local import LocalObjectStore
from aind_data_transfer_service.storage.marker import put_marker

from ..client.live_service import LiveService
from .conftest import Run

FILES = {"session.json": b"{}", "behavior/data.csv": b"1,2\n"}


@pytest.fixture
def asset(tmp_path: Path) -> Path:
    """An asset with its manifest, in a folder that stands for a bucket."""
    return make_asset(tmp_path / "bucket" / "behavior_1")


def make_asset(folder: Path) -> Path:
    folder.parent.mkdir(parents=True)
    store = LocalObjectStore(folder.parent)
    entries = []
    for path, content in FILES.items():
        store.put_bytes(f"{folder.name}/{path}", content)
        entries.append(ManifestEntry(path=path, sha256=hashlib.sha256(content).hexdigest()))
    manifest = Manifest.of(entries).to_bytes()
    store.put_bytes(f"{folder.name}/manifest-sha256.txt", manifest)
    return folder


class TestVerify:
    def test_a_good_asset_by_path_and_by_url(self, run: Run, asset: Path) -> None:
        for location in (str(asset), asset.as_uri(), f"{asset.as_uri()}/"):
            result = run("verify", location)
            assert result.exit_code == 0
            assert result.stdout.splitlines() == [
                f"{location}: 2 files, 6 bytes",
                "All as the manifest says.",
            ]

    def test_names_what_differs(self, run: Run, asset: Path) -> None:
        (asset / "session.json").write_bytes(b"[]")
        (asset / "behavior" / "data.csv").unlink()
        result = run("verify", asset)
        assert result.exit_code == 1
        assert "NOT as the manifest says." in result.stdout
        report = json.loads(run("verify", asset, "--json").stdout)
        assert [(m["path"], m["fault"]) for m in report["mismatches"]] == [
            ("behavior/data.csv", "missing"),
            ("session.json", "checksum"),
        ]
        assert report["good"] is False

    def test_an_upload_that_broke_off_is_not_good(self, run: Run, asset: Path) -> None:
        store = LocalObjectStore(asset.parent)
        put_marker(store, "behavior_1/", job_id="1", service_version="1")
        result = run("verify", asset)
        assert result.exit_code == 1
        assert "has not come to its end" in result.stdout

    def test_tells_of_objects_that_the_manifest_does_not_list(self, run: Run, asset: Path) -> None:
        (asset / "more.txt").write_text("x")
        result = run("verify", asset)
        assert result.exit_code == 0
        assert "Not in the manifest: 1 objects (behavior_1/more.txt)" in result.stdout

    def test_a_folder_without_manifest(self, run: Run, tmp_path: Path) -> None:
        result = run("verify", tmp_path, "--json")
        assert result.exit_code == 1
        assert json.loads(result.stderr)["code"] == "asset_has_no_manifest"

    def test_the_asset_of_a_job(self, run: Run, service: LiveService) -> None:
        folder = make_asset(service.jobs.folder / "buckets" / "behavior_1")
        job_id = service.jobs.queued(asset_name=folder.name, storage_url=folder.parent.as_uri())
        result = run("verify", job_id)
        assert result.exit_code == 0
        assert f"{folder.as_uri()}/: 2 files" in result.stdout


class TestAssetPlace:
    def test_of_a_bucket(self) -> None:
        place = asset_place("s3://bucket/a/b/")
        assert (place.storage_url, place.prefix) == ("s3://bucket", "a/b/")

    def test_of_a_folder_with_a_blank(self) -> None:
        place = asset_place("file:///a%20b/c")
        assert (place.storage_url, place.prefix) == ("file:///a%20b", "c/")

    @pytest.mark.parametrize(
        "location", ["s3://bucket", "s3://bucket/", "gs://b/c", "file://host/a", "/", "file:///"]
    )
    def test_that_cannot_be_is_refused(self, location: str) -> None:
        with pytest.raises(LocationInvalid):
            asset_place(location)
