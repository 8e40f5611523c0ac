"""Counting folders for a limited time."""

from itertools import count
from pathlib import Path

import pytest

from aind_data_transfer_service.intake.count import Count, Counter


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "top"
    for name in ("a/.hidden", "a/b/c", "d"):
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
    return top


def counter(*, seconds: float = 60, files: int = 1000, roots: tuple[Path, ...] = ()) -> Counter:
    ticks = count()
    return Counter(seconds=seconds, files=files, roots=roots, clock=lambda: float(next(ticks)))


def test_all_files_count(folder: Path) -> None:
    found = counter().folder(folder)
    assert found == Count(files=3, bytes=15, complete=True)
    assert str(found) == "3 files, 15 bytes"


def test_links_to_files_count_and_links_to_folders_are_not_entered(folder: Path) -> None:
    (folder / "file").symlink_to(folder / "d")
    assert counter().folder(folder) == Count(files=4, bytes=20)
    (folder / "loop").symlink_to(folder)
    found = counter().folder(folder)
    assert (found.files, found.complete) == (4, False)
    assert str(found) == "at least 4 files, 20 bytes"


def test_one_budget_for_all_folders(folder: Path) -> None:
    # Three files and two folders are five entries.
    shared = counter(files=7)
    assert shared.folder(folder).complete
    assert not shared.folder(folder).complete
    assert shared.folder(folder) == Count(complete=False)


def test_the_time_ends_it(folder: Path) -> None:
    # The clock gains a second whenever it is looked at.
    found = counter(seconds=2.5).folder(folder)
    assert not found.complete
    assert found.files < 3


def test_what_cannot_be_counted(folder: Path) -> None:
    for path in (folder / "none", folder / "d"):
        found = counter().folder(path)
        assert str(found) == f"{path} is not a folder that the server sees"
        assert not found.complete
    outside = counter(roots=(folder / "a",)).folder(folder)
    assert "leads out of" in str(outside)
    too_long = counter().folder(folder / ("x" * 300))
    assert "cannot be looked at" in str(too_long)


def test_named_files_only(folder: Path) -> None:
    assert counter().files(folder, ["d", "e", "a"]) == Count(files=1, bytes=5)
    assert counter().files(folder / "none", ["d"]).problem
