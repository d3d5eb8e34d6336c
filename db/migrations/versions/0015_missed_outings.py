"""Somebody missed when others checked in, so that the outing did not begin: an answer of its own.

"absent" stays for an outing that the others went on without somebody.
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NAME = "ck_companions_happened"


def write_check(rule: str) -> None:
    """Write the check anew.

    SQLite makes the table anew for it: the triggers that look at it are dropped, and made again as they were.
    """
    bind = op.get_bind()
    triggers: list[tuple[str, str]] = []
    if bind.dialect.name == "sqlite":
        found = bind.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'keep_eyes_%' ORDER BY name"
        )
        triggers = [(name, sql) for name, sql in found]
    for name, _ in triggers:
        op.execute(f"DROP TRIGGER {name}")
    with op.batch_alter_table("companions") as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), rule)
    for _, sql in triggers:
        bind.exec_driver_sql(sql)


def upgrade() -> None:
    write_check("happened IN ('yes', 'no', 'no_show', 'absent', 'missed')")


def downgrade() -> None:
    op.execute("UPDATE companions SET happened = NULL WHERE happened = 'missed'")
    write_check("happened IN ('yes', 'no', 'no_show', 'absent')")
