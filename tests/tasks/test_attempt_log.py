import logging
import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from threading import Barrier

import pytest

from aind_data_transfer_service.tasks.attempt_log import log_to

ours = logging.getLogger("aind_data_transfer_service.tasks.some")


def test_lines_have_the_time_in_utc_and_no_secrets(tmp_path: Path) -> None:
    with log_to(tmp_path / "log.txt"):
        ours.info("files: %d, token=%s", 3, "hunter2hunter2")
    [line] = (tmp_path / "log.txt").read_text().splitlines()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO aind_data_transfer_service\.tasks\.some"
        r" files: 3, token=\*\*\*",
        line,
    )


def test_odd_file_names_are_written_as_escapes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest-xdist cannot carry such text from one process to another.
    monkeypatch.setattr(logging.getLogger("aind_data_transfer_service"), "propagate", False)
    with log_to(tmp_path / "log.txt"):
        ours.info("%s", b"caf\xe9".decode(errors="surrogateescape"))
    assert "caf\\udce9" in (tmp_path / "log.txt").read_text()


def test_attempts_at_the_same_time_keep_their_lines_apart(tmp_path: Path) -> None:
    together = Barrier(3)

    def attempt(name: str) -> None:
        with log_to(tmp_path / name):
            together.wait()
            ours.info("from %s", name)
            together.wait()

    with ThreadPoolExecutor() as pool:
        for name in ("a", "b", "c"):
            pool.submit(copy_context().run, attempt, name)
    for name in ("a", "b", "c"):
        [line] = (tmp_path / name).read_text().splitlines()
        assert line.endswith(f"from {name}")


def test_nothing_is_written_after_the_attempt(tmp_path: Path) -> None:
    with log_to(tmp_path / "log.txt"):
        ours.info("inside")
    ours.info("outside")
    logging.getLogger("elsewhere").info("outside")
    assert "outside" not in (tmp_path / "log.txt").read_text()
