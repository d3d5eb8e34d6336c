"""Jobs and the bot's own messages; rows are written before messages are sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.messages.stored_kinds import KEPT_FROM_RECIPIENTS
from db.base import Base, Id, Snowflake
from db.personal_data import kept_back, kinds_of_author, owner, people_in_ids, people_in_json


class Due(Base):
    """A job: work of a kind in one transaction at an instant, which may write `Delivery` rows.

    `kind` and `occurrence` are the key that makes a job planned twice run once. A row is deleted when its job is done;
    a failed one keeps `meant_at` and is retried at a later `fire_at`.
    """

    __tablename__ = "due"
    __table_args__ = (
        UniqueConstraint("kind", "occurrence"),
        Index(None, "priority", "fire_at", "due_id"),
        Index(None, "kind", "subject_id"),
        Index(None, "user_id"),
    )

    due_id: Mapped[int] = mapped_column(Id, primary_key=True, info=kept_back())
    kind: Mapped[str] = mapped_column(String(32))
    occurrence: Mapped[str] = mapped_column(String(80), info=people_in_ids())
    priority: Mapped[int] = mapped_column(info=kept_back())  # domain.messages.Priority: 0 safety, 1 asked-for, 2 nudge
    fire_at: Mapped[datetime]  # next attempt
    meant_at: Mapped[datetime] = mapped_column(info=kept_back())  # planned instant
    subject_id: Mapped[int | None] = mapped_column(Id)  # the outing, round etc. it is about
    user_id: Mapped[int | None] = mapped_column(Snowflake, info=owner(exported=False, listed_by=("fire_at", "due_id")))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=people_in_json(row_goes=True))
    attempts: Mapped[int] = mapped_column(default=0)


class Delivery(Base):
    """A message, sent or unsent. Its id is the nonce, so that Discord recognizes a repeated send.

    `destination` is "dm" (to `user_id`), "channel" (to `channel_id`) or "card" (the message `message_id` is edited, or
    posted if there is none yet). A refused direct message has a second row for the channel, with `fallback_of` set to
    the first; while it is open, further refused messages are merged into it. Ids are never reused, because Discord
    would drop a message with a nonce that it still remembers.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("kind", "occurrence", "destination", "user_id", "channel_id"),
        Index(None, "state", "next_try_at", "priority", "delivery_id"),
        Index(None, "kind", "subject_id"),
        Index(None, "user_id"),
        # Few rows are fallbacks; deleting a row searches for its fallbacks.
        Index(
            None,
            "fallback_of",
            sqlite_where=text("fallback_of IS NOT NULL"),
            postgresql_where=text("fallback_of IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    delivery_id: Mapped[int] = mapped_column(Id, primary_key=True, info=kept_back())
    kind: Mapped[str] = mapped_column(String(32), info=kinds_of_author(KEPT_FROM_RECIPIENTS))
    occurrence: Mapped[str] = mapped_column(String(80), info=people_in_ids())
    priority: Mapped[int] = mapped_column(info=kept_back())
    destination: Mapped[str] = mapped_column(String(8))
    guild_id: Mapped[int | None] = mapped_column(Snowflake)  # whose channel takes over when direct messages are closed
    user_id: Mapped[int] = mapped_column(Snowflake, default=0, info=owner(exported=False))  # 0: no single person
    channel_id: Mapped[int] = mapped_column(Snowflake, default=0, info=kept_back())  # 0: not known yet
    message_id: Mapped[int | None] = mapped_column(Snowflake, info=kept_back())  # once sent
    subject_id: Mapped[int | None] = mapped_column(Id)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=people_in_json(row_goes=True))
    # waiting, open, leased, sent, closed, dropped, failed
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    next_try_at: Mapped[datetime] = mapped_column(info=kept_back())  # next attempt; leased: end of the lease
    attempts: Mapped[int] = mapped_column(default=0)
    # Counts how often a card was marked for another rendering
    version: Mapped[int] = mapped_column(default=0, info=kept_back())
    due_at: Mapped[datetime]  # when it was due
    fallback_of: Mapped[int | None] = mapped_column(
        Id, ForeignKey("deliveries.delivery_id", ondelete="SET NULL"), info=kept_back()
    )
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]  # when the message was posted
