import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aind_data_transfer_service.ports.object_store import (
    KeyRefused,
    ObjectStore,
    StorageRefused,
    StorageUnavailable,
    StoreFull,
)
from aind_data_transfer_service.storage.local import PARTIAL_FOLDER
from aind_data_transfer_service.storage.open import open_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "bucket"
    folder.mkdir()
    return folder


@pytest.fixture
def store(folder: Path) -> ObjectStore:
    return open_store(folder.as_uri())


def write_to_full_device(_descriptor: int, data: bytes | memoryview) -> int:
    """Let the kernel refuse: a write to /dev/full always ends in ENOSPC."""
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        return REAL_WRITE(full, data)
    finally:
        os.close(full)


REAL_WRITE = os.write


def test_full_disk(store: ObjectStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put_bytes("a/b", b"before")
    monkeypatch.setattr(os, "write", write_to_full_device)
    with pytest.raises(StoreFull, match="a/b"):
        store.put_bytes("a/b", b"after")
    monkeypatch.undo()
    assert b"".join(store.read("a/b")) == b"before"
    assert list((folder / PARTIAL_FOLDER).iterdir()) == []


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EDQUOT, StoreFull),
        (errno.EROFS, StorageRefused),
        (errno.EACCES, StorageRefused),
        (errno.EIO, StorageUnavailable),
        (errno.ESTALE, StorageUnavailable),
    ],
)
def test_faults_of_the_file_system(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    def fail(_descriptor: int, _data: bytes | memoryview) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", fail)
    with pytest.raises(kind, match=os.strerror(number)):
        store.put_bytes("a", b"x")


def test_what_a_killed_program_left_is_hidden_and_cleared_away(
    store: ObjectStore, folder: Path
) -> None:
    store.put_bytes("a", b"x")
    command = [sys.executable, "-c", KILLED_WHILE_WRITING, store.url]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    (left,) = (folder / PARTIAL_FOLDER).iterdir()
    assert [found.key for found in store.list("")] == ["a"]
    store.put_bytes("a", b"y")
    assert not left.exists()


KILLED_WHILE_WRITING = """
import os, signal, sys
from aind_data_transfer_service.storage.open import open_store

os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
open_store(sys.argv[1]).put_bytes("a", b"half")
"""


@pytest.mark.parametrize(
    "action",
    [
        lambda store: store.put_bytes("a/b", b"x"),
        lambda store: store.put_bytes(PARTIAL_FOLDER, b"x"),
        lambda store: store.put_bytes(f"{PARTIAL_FOLDER}/x", b"x"),
        lambda store: store.put_bytes("b", b"x"),
        lambda store: store.put_bytes("n" * 300, b"x"),
    ],
)
def test_keys_that_a_folder_cannot_hold(
    store: ObjectStore, action: Callable[[ObjectStore], None]
) -> None:
    store.put_bytes("a", b"x")
    store.put_bytes("b/c", b"x")
    with pytest.raises(KeyRefused):
        action(store)
    assert {found.key for found in store.list("")} == {"a", "b/c"}
