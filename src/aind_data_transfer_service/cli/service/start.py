"""What every process of the service does first."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ...db.database import Database
from ...engine import durable
from ...logging import set_up_logging
from ...settings import Settings, load_settings
from .given import Given


def load_and_log(config: Path | None, given: Given) -> Settings:
    """Read the settings and set up the log: text in a terminal unless settings say otherwise."""
    settings = load_settings(config, **given)
    chosen = "log_format" in settings.model_fields_set
    in_terminal = sys.stderr.isatty()
    style = settings.log_format if chosen or not in_terminal else "text"
    set_up_logging(settings.log_level, style)
    for migrator in ("alembic", "dbos"):
        logging.getLogger(migrator).setLevel(logging.WARNING)
    return settings


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """Open the database with its tables in this version's state."""
    database = Database(settings.database)
    try:
        database.migrate()
        durable.migrate(database)
        yield database
    finally:
        database.close()


def make_bucket_folders(settings: Settings) -> None:
    """Make the folders of buckets in home; one elsewhere may be a share that is not mounted."""
    for url in settings.bucket_urls.values():
        parts = urlsplit(url)
        folder = Path(unquote(parts.path))
        if parts.scheme == "file" and folder.is_relative_to(settings.home_folder):
            folder.mkdir(parents=True, exist_ok=True)
