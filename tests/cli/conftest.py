from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from aind_data_transfer_service.cli.main import app

from ..client.live_service import LiveService, live_service, make_database

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run a command as if typed, outside a terminal; ``input`` is its standard input."""

    def run(*arguments: str | Path, **options: Any) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], **options)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_database(tmp_path_factory.mktemp("database"))


@pytest.fixture
def service(
    tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LiveService]:
    """The real server, without a worker; commands find it by the environment."""
    with live_service(tmp_path / "home", empty_database) as service:
        monkeypatch.setenv("AIND_DATA_TRANSFER_SERVER", service.url)
        yield service
