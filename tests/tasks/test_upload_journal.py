from pathlib import Path

import pytest

from aind_data_transfer_service.domain.manifest import ManifestEntry
from aind_data_transfer_service.tasks.upload_journal import (
    JOURNAL_FILE,
    element_journal,
    forget,
    journal_entries,
    upload_journal,
)


def entry(path: str, mtime_ns: int = 1) -> ManifestEntry:
    return ManifestEntry(path=path, sha256="0" * 64, size=1, mtime_ns=mtime_ns)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a job that sent ``a``, and two of whose elements sent ``b`` and ``c``."""
    with upload_journal(tmp_path, {"a"}) as journal:
        journal.add(entry("a"))
    for index, path in enumerate("bc"):
        with element_journal(tmp_path, index) as journal:
            journal.add(entry(path))
    return tmp_path


def test_what_elements_sent_is_taken_into_the_one_journal(folder: Path) -> None:
    with upload_journal(folder, {"a", "b", "c"}) as journal:
        assert journal.get("b") == entry("b")
    assert journal_entries(folder / JOURNAL_FILE).keys() == {"a", "b", "c"}
    assert [path.name for path in folder.iterdir()] == [JOURNAL_FILE]


def test_an_element_knows_what_it_and_the_upload_sent(folder: Path) -> None:
    with element_journal(folder, 0) as journal:
        assert journal.get("a") == entry("a")
        assert journal.get("b") == entry("b")
        assert journal.get("c") is None


def test_what_an_element_sent_later_counts(folder: Path) -> None:
    with element_journal(folder, 0) as journal:
        journal.add(entry("a", mtime_ns=2))
    with upload_journal(folder, {"a"}) as journal:
        assert journal.get("a") == entry("a", mtime_ns=2)


def test_what_is_no_part_of_the_asset_is_dropped(folder: Path) -> None:
    with upload_journal(folder, {"a", "c"}) as journal:
        assert journal.get("b") is None
    assert journal_entries(folder / JOURNAL_FILE).keys() == {"a", "c"}


def test_what_is_wrong_is_struck_from_all_journals(folder: Path) -> None:
    forget(folder, lambda each: each.path in {"a", "c"})
    with upload_journal(folder, {"a", "b", "c"}) as journal:
        assert [journal.get(path) for path in "abc"] == [None, entry("b"), None]


def test_a_line_that_an_element_left_torn_is_dropped(folder: Path) -> None:
    [path] = folder.glob("*.1.jsonl")
    path.write_bytes(path.read_bytes()[:-5])
    with upload_journal(folder, {"a", "b", "c"}) as journal:
        assert journal.get("b") == entry("b")
        assert journal.get("c") is None
