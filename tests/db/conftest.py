from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.db.database import Database

from ..engine.conftest import database_url, migrated, new_postgresql

__all__ = ["database_url", "migrated"]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with all tables."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service("postgresql"))]
)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'deep' / 'down' / 'state.db'}")
        yield database
        database.close()
    else:
        for url in new_postgresql(request.getfixturevalue("service_url"), with_tables=False):
            database = Database(url)
            yield database
            database.close()
