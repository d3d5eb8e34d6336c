"""Alembic environment; `db.upkeep` passes an open connection."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from db.base import Snowflake, UtcDateTime
from db.dialect import makes_tables_anew


def _render(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Render custom column types as plain ones, so that a migration does not depend on the current code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Snowflake) else False


attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    render_as_batch=makes_tables_anew(attributes["connection"].dialect),
    render_item=_render,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
