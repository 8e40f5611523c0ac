import pytest

from aind_data_transfer_service import __version__
from aind_data_transfer_service.cli.main import app

from .conftest import Run

COMMANDS = [str(info.callback.__name__) for info in app.registered_commands if info.callback]


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"aind-data-transfer {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f" {command} [OPTIONS]" in result.stdout


def test_an_unknown_option_is_wrong_usage(run: Run) -> None:
    assert run("jobs", "--nope").exit_code == 2
