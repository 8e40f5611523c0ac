from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.client import Client

from .live_service import LiveService, live_service, make_database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_database(tmp_path_factory.mktemp("database"))


@pytest.fixture
def service(tmp_path: Path, empty_database: Path) -> Iterator[LiveService]:
    """The real server, without a worker."""
    with live_service(tmp_path / "home", empty_database) as service:
        yield service


@pytest.fixture
def client(service: LiveService) -> Iterator[Client]:
    with Client(service.url) as client:
        yield client
