"""``setup metadata`` makes what is not there, and says what keeps it from that."""

from pathlib import Path

import pytest

from aind_data_transfer_service.metadata.setup import is_current, pins
from aind_data_transfer_service.metadata.tools import TOOLS

from .conftest import Run


def test_what_is_there_is_kept(run: Run, tmp_path: Path) -> None:
    for tool in TOOLS:
        (tmp_path / tool).mkdir()
        (tmp_path / tool / "installed.txt").write_bytes(pins(tool))
    result = run("setup", "metadata", "--home", tmp_path / "home", "--folder", tmp_path)
    assert result.exit_code == 0
    assert f"mapper: is there, in {tmp_path / 'mapper'}" in result.stdout
    assert f'Set metadata.folder to "{tmp_path}"' in result.stdout


def test_without_a_registry_nothing_counts_as_made(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nothing"))
    result = run("setup", "metadata", "--home", tmp_path)
    assert result.exit_code == 1
    assert "metadata_tools_not_made" in result.stderr
    assert "pip install" in result.stderr
    assert not any(is_current(tmp_path / "metadata", tool) for tool in TOOLS)


@pytest.mark.parametrize("tool", TOOLS)
def test_every_package_is_pinned_with_its_hashes_and_no_address(tool: str) -> None:
    text = pins("mapper" if tool == "mapper" else "schema2").decode()
    blocks = [block for block in text.replace("\\\n", " ").splitlines() if block.strip()]
    assert len(blocks) > 10
    assert all("==" in block and "--hash=sha256:" in block for block in blocks)
    assert "://" not in text
