"""What is due, and what the bot says by itself: rows first, messages after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.messages.stored_kinds import KEPT_FROM_RECIPIENTS
from db.base import Base, Id, Snowflake
from db.personal_data import kept_back, kinds_of_author, owner, people_in_ids, people_in_json


class Due(Base):
    """Something to be done at an instant: the kind's work in one transaction, which may write `Delivery` rows.

    `kind` and `occurrence` are the key by which a thing planned twice is done once. A row is deleted when it is done;
    one that failed keeps `meant_at` and is tried again at a later `fire_at`.
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
    priority: Mapped[int] = mapped_column(info=kept_back())  # domain.delivery.Priority: 0 safety, 1 asked-for, 2 nudge
    fire_at: Mapped[datetime]  # when it is tried next
    meant_at: Mapped[datetime] = mapped_column(info=kept_back())  # when it was planned for
    subject_id: Mapped[int | None] = mapped_column(Id)  # what it is about: an outing, a round
    user_id: Mapped[int | None] = mapped_column(Snowflake, info=owner(exported=False, listed_by=("fire_at", "due_id")))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=people_in_json(row_goes=True))
    attempts: Mapped[int] = mapped_column(default=0)


class Delivery(Base):
    """One message on its way, or sent. Its id is the nonce, so that one sent again is the same message to Discord.

    `destination` is "dm" (to `user_id`), "channel" (to `channel_id`) or "card" (the message `message_id` drawn again,
    or posted when there is none yet). For a direct message that was refused there is a second row, for the channel,
    which others that were refused may share (`fallback_of` is the first) while it is open.
    Ids are never used again, since a nonce that Discord still remembers would swallow the message.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("kind", "occurrence", "destination", "user_id", "channel_id"),
        Index(None, "state", "next_try_at", "priority", "delivery_id"),
        Index(None, "kind", "subject_id"),
        Index(None, "user_id"),
        # Few stand for another; deleting a row asks for those that stand for it.
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
    user_id: Mapped[int] = mapped_column(Snowflake, default=0, info=owner(exported=False))  # 0: nobody alone
    channel_id: Mapped[int] = mapped_column(Snowflake, default=0, info=kept_back())  # 0: not known yet
    message_id: Mapped[int | None] = mapped_column(Snowflake, info=kept_back())  # once sent
    subject_id: Mapped[int | None] = mapped_column(Id)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=people_in_json(row_goes=True))
    # Waiting, open, leased, sent, closed, dropped, failed
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    next_try_at: Mapped[datetime] = mapped_column(info=kept_back())  # waiting: not before; leased: until then
    attempts: Mapped[int] = mapped_column(default=0)
    # Counts how often a card was marked to be drawn again
    version: Mapped[int] = mapped_column(default=0, info=kept_back())
    due_at: Mapped[datetime]  # when it should have been said
    fallback_of: Mapped[int | None] = mapped_column(
        Id, ForeignKey("deliveries.delivery_id", ondelete="SET NULL"), info=kept_back()
    )
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]  # when the message was posted
