"""Tables of runs that members import, line by line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import kept_back, nobody_in_json, of_owner, owner


class TableImport(Base):
    """An import of one table. Its runs have its `interaction_id`, and ordinals from `first_ordinal` on.

    `next_line` is the position of the first line that is not saved yet; it moves in the transaction that saves lines,
    so that an import that was interrupted goes on where it stopped. `content` is kept until the last line is saved.
    """

    __tablename__ = "table_imports"
    __table_args__ = (
        UniqueConstraint("interaction_id", "first_ordinal"),
        Index(None, "user_id", "sha256"),
        CheckConstraint("state IN ('asking', 'running', 'done', 'undone', 'dropped')", name="state"),
    )

    import_id: Mapped[int] = mapped_column(Id, primary_key=True)
    interaction_id: Mapped[int] = mapped_column(Snowflake)
    first_ordinal: Mapped[int]
    user_id: Mapped[int] = mapped_column(Snowflake, info=owner())
    filename: Mapped[str] = mapped_column(String(120), info=of_owner())
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8))
    head: Mapped[dict[str, Any]] = mapped_column(JSON, info=nobody_in_json())
    next_line: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, info=nobody_in_json())
    faults: Mapped[list[list[Any]]] = mapped_column(JSON, info=nobody_in_json())  # [line, reason, text] of the first
    content: Mapped[bytes | None] = mapped_column(LargeBinary, info=kept_back())  # zlib of the member's own file
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
