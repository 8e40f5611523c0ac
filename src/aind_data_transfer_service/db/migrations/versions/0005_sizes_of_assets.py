"""Sizes of assets beside their jobs, and an index for long lists."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LISTED = (
    *("created_at", "id", "state", "project_name", "platform", "subject_id"),
    *("job_type", "user_email", "asset_name", "ended_at", "asset_bytes"),
)
_UPLOADED = """
    UPDATE jobs SET
        asset_files = (SELECT {files} FROM tasks WHERE {upload}),
        asset_bytes = (SELECT {bytes} FROM tasks WHERE {upload})
"""
_UPLOAD = "tasks.job_id = jobs.id AND tasks.task_id = 'upload_data_to_s3'"


def upgrade() -> None:
    """Make the change."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("jobs", sa.Column("asset_files", sa.Integer(), nullable=True))
    op.add_column("jobs", sa.Column("asset_bytes", sa.BigInteger(), nullable=True))
    values = {
        name: f"json_extract(outputs, '$.{name}')"
        if is_sqlite
        else f"(outputs ->> '{name}')::bigint"
        for name in ("files", "bytes")
    }
    op.execute(_UPLOADED.format(**values, upload=_UPLOAD))
    if is_sqlite:
        op.create_index("ix_jobs_list", "jobs", _LISTED)
        op.drop_index("ix_jobs_created_at_id", "jobs")


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_jobs_created_at_id", "jobs", ["created_at", "id"])
        op.drop_index("ix_jobs_list", "jobs")
    op.drop_column("jobs", "asset_bytes")
    op.drop_column("jobs", "asset_files")
