"""The doctor looks at the metadata tools and at the metadata service."""

from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.cli.checks.finding import Finding, Outcome
from aind_data_transfer_service.cli.checks.metadata import check_metadata
from aind_data_transfer_service.metadata.setup import is_current, pins
from aind_data_transfer_service.settings import Settings
from aind_data_transfer_service.testing.metadata_service import Answer, MetadataService


def findings(home: Path, **metadata: Any) -> list[Finding]:
    settings = Settings.model_validate({"home": home, "metadata": metadata})
    return list(check_metadata(settings))


def fake_python(tmp_path: Path, said: str) -> Path:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{said}\n")
    python.chmod(0o755)
    return python


def test_what_is_not_set_up_is_told_and_does_not_fail(tmp_path: Path) -> None:
    mapper, schema, service = findings(tmp_path)
    assert (mapper.outcome, schema.outcome, service.outcome) == (
        Outcome.WARN,
        Outcome.WARN,
        Outcome.OK,
    )
    assert "setup metadata" in mapper.how_to_mend


def test_a_command_that_works_is_well(tmp_path: Path) -> None:
    python = fake_python(tmp_path, "echo 0.29.3")
    mapper = findings(tmp_path, command=[str(python)])[0]
    assert mapper == Finding("metadata", Outcome.OK, "aind-metadata-mapper 0.29.3 works")


def test_a_command_that_does_not_work_fails_with_what_it_said(tmp_path: Path) -> None:
    python = fake_python(tmp_path, "echo 'no such module' >&2; exit 1")
    mapper = findings(tmp_path, command=[str(python)])[0]
    assert mapper.outcome is Outcome.FAIL
    assert "no such module" in mapper.message


@pytest.mark.parametrize("current", [True, False])
def test_tools_of_another_release_are_told(tmp_path: Path, *, current: bool) -> None:
    folder = tmp_path / "metadata" / "schema2"
    (folder / "bin").mkdir(parents=True)
    fake_python(folder / "bin", "echo 2.9.2")
    (folder / "installed.txt").write_bytes(pins("schema2") if current else b"other")
    schema = findings(tmp_path)[1]
    assert is_current(tmp_path / "metadata", "schema2") is current
    assert schema.outcome is (Outcome.OK if current else Outcome.WARN)


def test_the_service_is_asked(tmp_path: Path) -> None:
    with MetadataService() as service:
        assert findings(tmp_path, service_url=service.url)[2].outcome is Outcome.OK
        service.answers = {"/project_names": Answer(503)}
        away = findings(tmp_path, service_url=service.url)[2]
    assert away.outcome is Outcome.FAIL
    assert "answers 503" in away.message
    gone = findings(tmp_path, service_url=service.url)[2]
    assert gone.outcome is Outcome.FAIL
    assert "does not answer" in gone.message
