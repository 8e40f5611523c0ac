"""Brings tables to the state of this version."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from .revisions import MIGRATIONS


def upgrade(connection: Connection) -> None:
    """Run all migrations that have not been run, in the connection's transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
