import json
import time
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.tasks.context import ProgressFile, TaskContext

from .factories import make_spec


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds, to be set by the test."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def figures(path: Path) -> list[tuple[int, int | None]]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [(line["done"], line["total"]) for line in lines]


def test_progress_is_written_four_times_a_second_at_most(
    tmp_path: Path, clock: list[float]
) -> None:
    progress = ProgressFile(tmp_path / "p")
    progress.set(0, 100)
    for _ in range(10):
        progress.add(5)
    assert figures(tmp_path / "p") == [(0, 100)]
    clock[0] += 0.25
    progress.add(5)
    assert figures(tmp_path / "p") == [(0, 100), (55, 100)]


@pytest.mark.usefixtures("clock")
def test_the_last_figure_is_always_written(tmp_path: Path) -> None:
    progress = ProgressFile(tmp_path / "p")
    progress.set(1)
    progress.set(2, 2)
    progress.close()
    assert figures(tmp_path / "p") == [(1, None), (2, 2)]


def test_the_store_is_opened_with_what_the_spec_and_the_credentials_say(tmp_path: Path) -> None:
    spec = make_spec(tmp_path, TaskId.UPLOAD_DATA_TO_S3)
    (tmp_path / "bucket").mkdir()
    store = TaskContext(spec, tmp_path).store()
    store.put_bytes("a/b", b"x")
    assert (tmp_path / "bucket" / "a" / "b").read_bytes() == b"x"
