import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.cli.demonstration import run as demonstration
from aind_data_transfer_service.cli.demonstration.service import DemoServiceFailed, demo_service
from aind_data_transfer_service.settings import environment_without_settings

from .conftest import Run


@pytest.fixture
def terminate_handler() -> Iterator[None]:
    """Put back what happens on SIGTERM; the demonstration changes it."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("terminate_handler")
def test_all_of_it_holds_whatever_the_environment_says(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demonstration, "_SECONDS_RECORDED", 0.2)
    monkeypatch.setenv("AIND_DATA_TRANSFER_DATABASE_URL", "postgresql://127.0.0.1:1/production")
    result = run("demo", "--folder", tmp_path / "demo")
    assert result.exit_code == 0, result.output
    assert "all as the manifest says" in result.stdout
    assert "  Uploaded: ecephys_690165_2024-02-19_11-25-17" in result.stdout
    assert (tmp_path / "demo" / "home" / "state.db").exists()


@pytest.mark.usefixtures("terminate_handler")
def test_a_folder_that_holds_something_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    result = run("demo", "--folder", tmp_path)
    assert result.exit_code == 1
    assert "Code: folder_not_empty" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_service_that_does_not_start_says_why(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    with (
        pytest.raises(DemoServiceFailed, match="--bucket 'open' is not ALIAS=URL"),
        demo_service(tmp_path / "home", log=log, arguments=["--bucket", "open"]),
    ):
        pass


def test_settings_are_kept_out_of_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIND_DATA_TRANSFER_HOME", "/production")
    monkeypatch.setenv("aind_data_transfer_port", "1")
    monkeypatch.setenv("PATH", "/bin")
    environment = environment_without_settings()
    assert environment["PATH"] == "/bin"
    assert not any(name.upper().startswith("AIND_DATA_TRANSFER_") for name in environment)
