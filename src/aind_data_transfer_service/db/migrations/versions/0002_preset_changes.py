"""Changes of presets."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "preset_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("old_value", sa.JSON(), nullable=True),
        sa.Column("old_revision", sa.Text(), nullable=True),
        sa.Column("new_value", sa.JSON(), nullable=False),
        sa.Column("new_revision", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("preset_changes", schema=None) as batch_op:
        batch_op.create_index("ix_preset_changes_preset_id", ["preset", "id"], unique=False)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("preset_changes", schema=None) as batch_op:
        batch_op.drop_index("ix_preset_changes_preset_id")

    op.drop_table("preset_changes")
