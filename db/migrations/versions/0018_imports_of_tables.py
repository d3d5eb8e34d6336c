"""Imports of tables of runs, which go on where they stopped and can be taken back as a whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "table_imports",
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("first_ordinal", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("filename", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("head", sa.JSON(), nullable=False),
        sa.Column("next_line", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('asking', 'running', 'done', 'undone', 'dropped')", name=op.f("ck_table_imports_state")
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_table_imports")),
        sa.UniqueConstraint(
            "interaction_id", "first_ordinal", name=op.f("uq_table_imports_interaction_id_first_ordinal")
        ),
    )
    with op.batch_alter_table("table_imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_table_imports_user_id_sha256"), ["user_id", "sha256"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("table_imports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_table_imports_user_id_sha256"))

    op.drop_table("table_imports")
