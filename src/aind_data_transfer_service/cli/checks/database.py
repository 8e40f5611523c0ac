"""The database: whether it answers, and whether its tables are of this version."""

from collections.abc import Iterator
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import make_url

from ... import db
from ...db.database import Database, DatabaseUnavailable
from ...settings import Settings
from .finding import Finding, fail, failed_by, ok, warn

VERSION_TABLE = "schema_version"
"""Where the migrations note how far they are."""

_NAME = "database"
_MIGRATIONS = Path(db.__path__[0]) / "migrations"


def check_database(settings: Settings) -> Iterator[Finding]:
    """Look at the database without changing it."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield ok(_NAME, f"{url.database} is made at the first start")
        return
    database = Database(settings.database)
    try:
        with database.read() as session:
            context = MigrationContext.configure(
                session.connection(), opts={"version_table": VERSION_TABLE}
            )
            revision = context.get_current_revision()
        yield _judge(revision, url.render_as_string())
    except DatabaseUnavailable as problem:
        yield failed_by(_NAME, problem)
    finally:
        database.close()


def _judge(revision: str | None, shown: str) -> Finding:
    scripts = ScriptDirectory(str(_MIGRATIONS))
    if revision == scripts.get_current_head():
        return ok(_NAME, f"{shown} answers; its tables are up to date")
    try:
        scripts.get_revision(revision or "base")
    except CommandError:
        return fail(
            _NAME,
            f"{shown} has tables of another version ({revision})",
            "Install the version of the service that made them, or a newer one.",
        )
    return warn(
        _NAME,
        f"{shown} has no tables yet, or older ones ({revision or 'none'})",
        "Nothing to do: the next start brings them up to date. Back it up before.",
    )
