"""By which name of the pipeline each job was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_V1 = "transform_and_upload"
_V2 = "transform_and_upload_v2"


def upgrade() -> None:
    """Make the change."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    column = sa.Column("dag_id", sa.String(length=60), server_default=_V1, nullable=False)
    op.add_column("jobs", column)
    # Settings by task are what only V2 requests have.
    tasks = (
        "json_extract(plan, '$.request.tasks')" if is_sqlite else "(plan -> 'request' -> 'tasks')"
    )
    op.execute(f"UPDATE jobs SET dag_id = '{_V2}' WHERE {tasks} IS NOT NULL")  # noqa: S608 - ours


def downgrade() -> None:
    """Take it back."""
    op.drop_column("jobs", "dag_id")
