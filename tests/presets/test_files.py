from pathlib import Path

import pytest

from aind_data_transfer_service.ports.preset_store import (
    PresetBroken,
    PresetKey,
    PresetStore,
    PresetStoreRefused,
    PresetStoreUnavailable,
    PresetVersion,
)
from aind_data_transfer_service.presets import files
from aind_data_transfer_service.presets.files import FilePresets
from aind_data_transfer_service.testing.preset_store_suite import MAPPED, V2, PresetStoreTests


class TestFilePresets(PresetStoreTests):
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "presets"

    @pytest.fixture
    def store(self, folder: Path) -> PresetStore:
        return FilePresets(folder, base=None)

    @pytest.fixture(autouse=True)
    def _folder(self, folder: Path) -> None:
        self.raw_folder = folder

    def put_raw(self, store: PresetStore, name: str, text: str) -> None:
        del store
        path = self.raw_folder / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base"
    store = FilePresets(folder, base=None)
    store.put(V2, {"image_version": "base"}, replaces=None)
    store.put(MAPPED, {"image_version": "base"}, replaces=None)
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


def test_the_site_comes_before_the_base(base: Path, site: Path) -> None:
    store = FilePresets(site, base=base)
    below = store.get(V2)
    assert below.value == {"image_version": "base"}
    above = store.put(V2, {"image_version": "site"}, replaces=below.revision)
    assert store.get(V2) == above
    assert store.list().presets == (store.get(MAPPED), above)
    assert FilePresets(base, base=None).get(V2) == below


def test_a_broken_file_of_the_site_hides_the_one_below(base: Path, site: Path) -> None:
    store = FilePresets(site, base=base)
    broken = site / "v2/ecephys/tasks/upload_data_to_s3.json"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"\xff")
    listing = store.list()
    assert [preset.key for preset in listing.presets] == [MAPPED]
    assert [(problem.name, problem.key) for problem in listing.problems] == [(str(broken), V2)]
    with pytest.raises(PresetBroken, match="UTF-8"):
        store.get(V2)


def test_other_files_are_told_of_and_hidden_ones_are_not(site: Path) -> None:
    site.mkdir()
    (site / "README.md").write_text("x")
    (site / ".hidden").write_text("x")
    (site / ".git").mkdir()
    (site / ".git" / "config").write_text("x")
    (site / "v2").symlink_to(site)
    listing = FilePresets(site, base=None).list()
    assert [problem.name for problem in listing.problems] == [
        str(site / "v2"),
        str(site / "README.md"),
    ]


def test_a_write_that_fails_leaves_the_old_value(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FilePresets(site, base=None)
    old = store.put(V2, {"image_version": "old"}, replaces=None)

    def full(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(PresetStoreUnavailable, match="cannot be written"):
            store.put(V2, {"image_version": "new"}, replaces=old.revision)
    assert store.get(V2) == old
    assert store.list().presets == (old,)
    assert store.list().problems == ()


def test_a_folder_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    store = FilePresets(tmp_path / "presets", base=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "write_whole", refuse)
        with pytest.raises(PresetStoreRefused, match="Permission denied"):
            store.put(V2, {}, replaces=None)


def test_a_folder_that_is_a_file_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "presets").write_text("x")
    with pytest.raises(PresetStoreUnavailable):
        FilePresets(tmp_path / "presets", base=None).list()


def test_files_can_be_read_by_people(site: Path) -> None:
    FilePresets(site, base=None).put(V2, {"job_settings": {"a": "ü"}}, replaces=None)
    text = (site / "v2/ecephys/tasks/upload_data_to_s3.json").read_text()
    assert text == '{\n  "job_settings": {\n    "a": "ü"\n  }\n}\n'


def test_a_key_is_written_as_a_path_below_the_folder(site: Path) -> None:
    key = PresetKey(PresetVersion.V1, "a.b-c_d", "t")
    FilePresets(site, base=None).put(key, {}, replaces=None)
    assert (site / "a.b-c_d/tasks/t.json").exists()
