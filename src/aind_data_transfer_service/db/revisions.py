"""Which state the tables are in, without loading what changes it."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

MIGRATIONS = Path(__file__).with_name("migrations")
VERSION_TABLE = "schema_version"


def newest_revision() -> str:
    """Return the state that this version wants: the number its last migration begins with."""
    last = max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return last.partition("_")[0]


def revision_of(connection: Connection) -> str | None:
    """Return the state that a database's tables are in; None: it has none yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - ours
    return revision
