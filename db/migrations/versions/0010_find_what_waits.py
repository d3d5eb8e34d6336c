"""An index by which a message is found that stands for a refused one: without it deleting one looked at all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    stands_for = sa.text("fallback_of IS NOT NULL")
    op.create_index(
        op.f("ix_deliveries_fallback_of"),
        "deliveries",
        ["fallback_of"],
        sqlite_where=stands_for,
        postgresql_where=stands_for,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_deliveries_fallback_of"), table_name="deliveries")
