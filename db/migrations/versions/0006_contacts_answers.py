"""When a contact answered, and since when one is off the list: nobody is asked again at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contacts") as batch_op:
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
    # Of answers before this nobody noted when: the question's time is the earliest it can have been.
    op.execute("UPDATE contacts SET answered_at = asked_at WHERE state <> 'asked'")


def downgrade() -> None:
    op.execute("DELETE FROM contacts WHERE dropped_at IS NOT NULL")
    with op.batch_alter_table("contacts") as batch_op:
        batch_op.drop_column("dropped_at")
        batch_op.drop_column("answered_at")
