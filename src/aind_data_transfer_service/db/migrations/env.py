"""Alembic's entry: the connection comes from `aind_data_transfer_service.db.database`."""

from alembic import context

from aind_data_transfer_service.db.models import Base
from aind_data_transfer_service.db.revisions import VERSION_TABLE

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    # The workflow engine keeps tables of its own in the same database.
    include_name=lambda name, kind, _parents: kind != "table" or name in Base.metadata.tables,
)
with context.begin_transaction():
    context.run_migrations()
