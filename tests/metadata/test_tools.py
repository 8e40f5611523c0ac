"""Programs in environments of their own are run, and what goes wrong with them has its code."""

import logging
import sys
from pathlib import Path

import pytest

from aind_data_transfer_service.metadata.tools import (
    MetadataToolFailed,
    command_of,
    python_of,
    run_program,
    version_of,
)
from aind_data_transfer_service.settings import Settings

from .stub import StubTools


def test_a_program_is_given_a_file_and_leaves_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    tools = StubTools(tmp_path / "tools")
    tools.answers(check={"version": "1.2.0"})
    answer = run_program(tools.command, "check", {"files": {"a": "/b"}}, tmp_path)
    assert tools.asked() == {"files": {"a": "/b"}}
    assert answer["version"] == "1.2.0"
    assert "working on check.py" in caplog.messages


def test_the_program_itself_lies_beside_what_it_is_given(tmp_path: Path) -> None:
    run_program(StubTools(tmp_path / "tools").command, "gather", {}, tmp_path)
    assert "GatherMetadataJob" in (tmp_path / "gather.py").read_text()


def test_variables_that_a_tool_could_read_settings_from_are_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SUBJECT_ID", "BERGAMO_NOTES", "AIND_DATA_TRANSFER_S3__ACCESS_KEY_ID"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("APPTAINER_CACHEDIR", "/cache")
    code = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[3], 'w'))"
    passed = run_program((sys.executable, "-c", code), "check", {}, tmp_path)
    assert {"SUBJECT_ID", "BERGAMO_NOTES", "AIND_DATA_TRANSFER_S3__ACCESS_KEY_ID"}.isdisjoint(
        passed
    )
    assert passed["APPTAINER_CACHEDIR"] == "/cache"
    assert "PATH" in passed


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("/nowhere/python",), "/nowhere/python cannot be started"),
        (
            (sys.executable, "-c", "print('out of luck'); raise SystemExit(3)"),
            "code 3 .*out of luck",
        ),
        ((sys.executable, "-c", ""), "code 0 and without an answer: it said nothing"),
    ],
)
def test_a_program_that_does_not_answer_says_why(
    tmp_path: Path, command: tuple[str, ...], message: str
) -> None:
    (tmp_path / "check.json").write_text('{"of": "an earlier attempt"}')
    with pytest.raises(MetadataToolFailed, match=message):
        run_program(command, "check", {}, tmp_path)


@pytest.mark.parametrize("command", [("/nowhere/python",), (sys.executable, "-I")])
def test_a_python_without_the_tool_is_not_taken_for_one(command: tuple[str, ...]) -> None:
    with pytest.raises(MetadataToolFailed):
        version_of(command, "mapper")


def test_a_command_wins_over_the_folder_and_without_both_there_is_no_mapper(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert command_of(settings, "mapper") is None
    python = python_of(tmp_path / "metadata", "mapper")
    python.parent.mkdir(parents=True)
    python.touch()
    assert command_of(settings, "mapper") == (str(python), "-I")
    other = Settings.model_validate({"home": tmp_path, "metadata": {"command": ["run", "python"]}})
    assert command_of(other, "mapper") == ("run", "python")
    assert command_of(other, "schema2") is None
