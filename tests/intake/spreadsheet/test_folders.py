"""Folders are looked at all at once, and nothing that hangs holds up an answer."""

import time
from pathlib import Path
from threading import Semaphore

import pytest

from aind_data_transfer_service.intake.paths import unlike_a_folder
from aind_data_transfer_service.intake.spreadsheet import folders
from aind_data_transfer_service.intake.spreadsheet.folders import FolderLooker, Seen

_HUNG = "/share/that/hangs"


@pytest.fixture
def share(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "file").write_bytes(b"12345")
        (tmp_path / name / "file").write_bytes(b"1")
    (tmp_path / "file").write_bytes(b"x")
    return tmp_path


def test_what_is_there_is_counted(share: Path) -> None:
    paths = {str(share / name) for name in ("a", "b", "file", "gone")}

    seen = FolderLooker().look(paths, roots=(), seconds=60)

    assert set(seen) == paths
    for name in ("a", "b"):
        assert seen[str(share / name)] == Seen(files=2, bytes=6, complete=True)
        assert seen[str(share / name)].exists is True
    assert seen[str(share / "file")] == Seen("is not a folder")
    assert seen[str(share / "gone")] == Seen("does not exist")
    assert seen[str(share / "gone")].exists is False


def test_links_that_lead_out_of_the_roots_are_not_counted(share: Path) -> None:
    (share / "roots").mkdir()
    (share / "roots" / "link").symlink_to(share / "a")
    path = str(share / "roots" / "link")

    seen = FolderLooker().look([path], roots=[share / "roots"], seconds=60)

    assert seen[path] == Seen()


def test_nothing_to_look_at() -> None:
    assert FolderLooker().look((), roots=(), seconds=60) == {}


def test_what_hangs_holds_up_nobody(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released = Semaphore(0)

    def hang(path: str) -> str | None:
        if path == _HUNG:
            released.acquire()
        return unlike_a_folder(path)

    monkeypatch.setattr(folders, "unlike_a_folder", hang)
    looker = FolderLooker(threads=2)
    start = time.monotonic()
    first = looker.look([_HUNG, str(share / "a")], roots=(), seconds=0.3)
    second = looker.look([str(share / "b")], roots=(), seconds=60)
    hung = looker.look([_HUNG, f"{_HUNG}/2"], roots=(), seconds=0.1)
    waited = time.monotonic() - start
    released.release(2)

    assert first[_HUNG] == hung[_HUNG] == Seen(looked=False)
    assert first[_HUNG].exists is None
    assert first[str(share / "a")].exists is True
    assert second[str(share / "b")].complete
    assert waited < 30
