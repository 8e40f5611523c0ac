import os
from pathlib import Path

import pytest

from aind_data_transfer_service.files import write_whole


def test_the_content_is_all_there_with_the_mode_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_whole(path, b"old", mode=0o600)
    write_whole(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("moment", ["os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("end", [OSError, KeyboardInterrupt])
def test_an_end_before_the_rename_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, end: type[BaseException]
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")

    def fail(*_arguments: object) -> None:
        raise end

    monkeypatch.setattr(moment, fail)
    with pytest.raises(end):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_all_is_on_disk_before_the_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    seen: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda _descriptor: seen.append(path.exists()))
    write_whole(path, b"data")
    assert seen == [False]
