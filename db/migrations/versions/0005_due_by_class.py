"""What is due is found by its class first, so that the urgent is taken first however much else is due."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_due_fire_at_priority_due_id"), table_name="due")
    op.create_index(op.f("ix_due_priority_fire_at_due_id"), "due", ["priority", "fire_at", "due_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_due_priority_fire_at_due_id"), table_name="due")
    op.create_index(op.f("ix_due_fire_at_priority_due_id"), "due", ["fire_at", "priority", "due_id"])
