"""Contacts, rounds, places in them and ties hold a word the code knows: it decides who meets whom, who is alarmed."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CHECKS = {
    "contacts": ("state", "state IN ('asked', 'accepted', 'declined')"),
    "rounds": ("state", "state IN ('announced', 'drawing', 'drawn', 'confirmed', 'cancelled')"),
    "round_places": ("state", "state IN ('asked', 'skipped', 'matched', 'left')"),
    "ties": ("kind", "kind IN ('block', 'trust', 'mute')"),
}


def upgrade() -> None:
    for table, (name, rule) in CHECKS.items():
        with op.batch_alter_table(table) as batch_op:
            batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), rule)


def downgrade() -> None:
    for table, (name, _) in CHECKS.items():
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
