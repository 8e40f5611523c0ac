"""What every `ObjectStore` must do; each adapter's tests subclass `ObjectStoreTests`."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unicodedata import normalize

import pytest

from ..errors import SourceChanged
from ..ports.object_store import (
    BucketMissing,
    KeyRefused,
    ObjectMissing,
    ObjectStore,
    SourceUnreadable,
)

ODD_KEYS = (
    "a/.zgroup",
    "a/.hidden/x",
    "a/with space",
    "a/trailing ",
    "a/ leading",
    "a/" + normalize("NFC", "é"),
    "a/" + normalize("NFD", "é"),
    "a/日本語",
    "a/🐭",
    "a/'single'",
    'a/"double"',
    "a/*",
    "a/[x]",
    "a/?",
    "a/100%",
    "a/%41",
    "a/#1",
    "a/~",
    "a/x~1",
    "a/a+b",
    "a/a&b=c",
    "a/a;b:c@d,e$f!",
    "a/back\\slash",
    "a/<x>|^`{}",
    "a/..dots..",
    "a/" + "n" * 200,
    "a/b/c/d/e/f/g/h",
)
"""Names that files have and that careless encoding changes."""

LARGE_BYTES = 18 << 20
"""More than any adapter sends in one request."""


class Interruption(Exception):
    """What breaks off a transfer in these tests."""


def content(store: ObjectStore, key: str) -> bytes:
    """Return an object's whole content."""
    return b"".join(store.read(key))


def keys(store: ObjectStore, prefix: str) -> set[str]:
    """Return the keys below a prefix."""
    return {found.key for found in store.list(prefix)}


def no_progress(_amount: int) -> None:
    """Take no notice of progress."""


def interrupting_after(count: int) -> Callable[[int], None]:
    """Return what raises `Interruption` once more than ``count`` bytes were read."""
    done = 0

    def progress(amount: int) -> None:
        nonlocal done
        done += amount
        if done > count:
            raise Interruption

    return progress


def pattern(size: int) -> bytes:
    """Return ``size`` bytes in which no two parts are alike."""
    block = b"".join(hashlib.sha256(str(i).encode()).digest() for i in range(4096))
    blocks = (i.to_bytes(8, "big") + block for i in range(size // len(block) + 1))
    return b"".join(blocks)[:size]


class ObjectStoreTests:
    """The port's promises."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> ObjectStore:
        """Return a store with an empty bucket."""

    @pytest.fixture
    @abstractmethod
    def store_without_bucket(self) -> ObjectStore:
        """Return a store whose bucket does not exist."""

    @pytest.fixture
    def make_file(self, tmp_path: Path) -> Callable[[bytes], Path]:
        """Return a function that writes a file."""

        def make(data: bytes) -> Path:
            path = tmp_path / "source.bin"
            path.write_bytes(data)
            return path

        return make

    def test_what_is_put_is_read_back(self, store: ObjectStore) -> None:
        store.put_bytes("a/b", b"content")
        assert content(store, "a/b") == b"content"

    def test_put_replaces(self, store: ObjectStore) -> None:
        store.put_bytes("a/b", b"first, and longer")
        store.put_bytes("a/b", b"second")
        assert content(store, "a/b") == b"second"

    def test_head_describes(self, store: ObjectStore) -> None:
        store.put_bytes("a/b", b"content")
        found = store.head("a/b")
        assert found is not None
        assert (found.key, found.size) == ("a/b", 7)
        assert found.modified.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - found.modified) < timedelta(minutes=5)
        assert found.sha256 in {None, hashlib.sha256(b"content").hexdigest()}

    def test_head_of_nothing(self, store: ObjectStore) -> None:
        store.put_bytes("a/b", b"content")
        assert store.head("a/c") is None
        assert store.head("a") is None
        assert store.head("a/b/c") is None

    def test_read_of_nothing(self, store: ObjectStore) -> None:
        with pytest.raises(ObjectMissing):
            content(store, "a/c")

    def test_delete(self, store: ObjectStore) -> None:
        store.put_bytes("a/b", b"content")
        store.delete("a/b")
        assert store.head("a/b") is None
        store.delete("a/b")
        store.delete("never/was")

    def test_list_ends_at_the_prefix(self, store: ObjectStore) -> None:
        for key in ("a_1/x", "a_1/y/z", "a_1/.zarray", "a_10/x", "b"):
            store.put_bytes(key, key.encode())
        assert {(found.key, found.size) for found in store.list("a_1/")} == {
            ("a_1/x", 5),
            ("a_1/y/z", 7),
            ("a_1/.zarray", 11),
        }
        assert keys(store, "a_") == {"a_1/x", "a_1/y/z", "a_1/.zarray", "a_10/x"}
        assert len(keys(store, "")) == 5
        assert keys(store, "nothing/") == set()

    @pytest.mark.parametrize("key", ODD_KEYS)
    def test_odd_keys_are_literal(
        self, store: ObjectStore, make_file: Callable[[bytes], Path], key: str
    ) -> None:
        store.put_file(key, make_file(key.encode()), progress=no_progress)
        assert keys(store, "a/") == {key}
        assert content(store, key) == key.encode()
        found = store.head(key)
        assert found is not None
        assert found.size == len(key.encode())
        store.delete(key)
        assert keys(store, "") == set()

    def test_names_that_look_alike_stay_apart(self, store: ObjectStore) -> None:
        for key in ODD_KEYS:
            store.put_bytes(key, key.encode())
        assert keys(store, "a/") == set(ODD_KEYS)
        assert all(content(store, key) == key.encode() for key in ODD_KEYS)

    @pytest.mark.parametrize(
        "key",
        ["", "/a", "a/", "a//b", "a/../b", "..", "a/./b", "a/\n", "a/\x00", "\udc80", "n" * 1025],
    )
    def test_impossible_keys(self, store: ObjectStore, key: str) -> None:
        with pytest.raises(KeyRefused):
            store.put_bytes(key, b"content")
        with pytest.raises(KeyRefused):
            store.head(key)
        with pytest.raises(KeyRefused):
            content(store, key)
        assert keys(store, "") == set()

    @pytest.mark.parametrize("size", [0, 1, 100_000, LARGE_BYTES])
    def test_put_file(
        self, store: ObjectStore, make_file: Callable[[bytes], Path], size: int
    ) -> None:
        data = pattern(size)
        amounts: list[int] = []
        sent = store.put_file("a/file.bin", make_file(data), progress=amounts.append)
        sha256 = hashlib.sha256(data).hexdigest()
        assert (sent.size, sent.sha256) == (size, sha256)
        assert sum(amounts) == size
        found = store.head("a/file.bin")
        assert found is not None
        assert found.size == size
        assert found.sha256 in {None, sha256}
        assert hashlib.sha256(content(store, "a/file.bin")).hexdigest() == sha256

    @pytest.mark.parametrize("size", [100_000, LARGE_BYTES])
    def test_file_that_changes_is_refused(
        self, store: ObjectStore, make_file: Callable[[bytes], Path], size: int
    ) -> None:
        path = make_file(pattern(size))

        def grow(_amount: int) -> None:
            with path.open("ab") as file:
                file.write(b"more")

        with pytest.raises(SourceChanged, match="changed"):
            store.put_file("a/file.bin", path, progress=grow)
        assert keys(store, "") == set()

    @pytest.mark.parametrize("size", [100_000, LARGE_BYTES])
    def test_interrupted_put_leaves_what_was_there(
        self, store: ObjectStore, make_file: Callable[[bytes], Path], size: int
    ) -> None:
        store.put_bytes("a/file.bin", b"before")
        with pytest.raises(Interruption):
            store.put_file("a/file.bin", make_file(pattern(size)), progress=interrupting_after(0))
        assert keys(store, "") == {"a/file.bin"}
        assert content(store, "a/file.bin") == b"before"

    @pytest.mark.parametrize("size", [100_000, LARGE_BYTES])
    def test_what_broke_off_is_gone_on_with(
        self, store: ObjectStore, make_file: Callable[[bytes], Path], tmp_path: Path, size: int
    ) -> None:
        path, notes = make_file(pattern(size)), tmp_path / "notes" / "of this file"
        with pytest.raises(Interruption):
            store.put_file("a/file.bin", path, progress=interrupting_after(size - 1), notes=notes)
        assert keys(store, "") == set()
        amounts: list[int] = []
        sent = store.put_file("a/file.bin", path, progress=amounts.append, notes=notes)
        assert (sent.size, sent.sha256) == (size, hashlib.sha256(pattern(size)).hexdigest())
        assert sum(amounts) == size
        assert content(store, "a/file.bin") == pattern(size)
        assert not notes.exists()

    def test_a_file_that_changed_is_not_gone_on_with(
        self, store: ObjectStore, make_file: Callable[[bytes], Path], tmp_path: Path
    ) -> None:
        notes = tmp_path / "notes"
        with pytest.raises(Interruption):
            store.put_file(
                "a/file.bin",
                make_file(pattern(LARGE_BYTES)),
                progress=interrupting_after(LARGE_BYTES - 1),
                notes=notes,
            )
        other = pattern(LARGE_BYTES)[::-1]
        sent = store.put_file("a/file.bin", make_file(other), progress=no_progress, notes=notes)
        assert sent.sha256 == hashlib.sha256(other).hexdigest()
        assert content(store, "a/file.bin") == other

    def test_abandoning_leaves_what_is_whole(
        self, store: ObjectStore, make_file: Callable[[bytes], Path], tmp_path: Path
    ) -> None:
        store.put_bytes("a/whole", b"content")
        path, notes = make_file(pattern(LARGE_BYTES)), tmp_path / "notes"
        with pytest.raises(Interruption):
            store.put_file(
                "a/file.bin", path, progress=interrupting_after(LARGE_BYTES - 1), notes=notes
            )
        store.abandon("a/")
        store.abandon("nothing/")
        assert keys(store, "") == {"a/whole"}
        store.put_file("a/file.bin", path, progress=no_progress, notes=notes)
        assert content(store, "a/file.bin") == pattern(LARGE_BYTES)

    def test_file_that_is_not_there(self, store: ObjectStore, tmp_path: Path) -> None:
        with pytest.raises(SourceUnreadable, match="none"):
            store.put_file("a/b", tmp_path / "none", progress=no_progress)

    def test_many_threads(self, store: ObjectStore) -> None:
        names = [f"many/{number}" for number in range(60)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: store.put_bytes(key, key.encode()), names))
            read = list(pool.map(lambda key: content(store, key), names))
        assert read == [key.encode() for key in names]
        assert keys(store, "many/") == set(names)

    def test_missing_bucket(
        self, store_without_bucket: ObjectStore, make_file: Callable[[bytes], Path]
    ) -> None:
        store = store_without_bucket
        small, large = make_file(b"x"), make_file(pattern(LARGE_BYTES))
        actions: tuple[Callable[[], object], ...] = (
            lambda: store.head("a"),
            lambda: keys(store, "a/"),
            lambda: content(store, "a"),
            lambda: store.put_bytes("a", b""),
            lambda: store.put_file("a", small, progress=no_progress),
            lambda: store.put_file("a", large, progress=no_progress),
            lambda: store.delete("a"),
        )
        for action in actions:
            with pytest.raises(BucketMissing):
                action()
