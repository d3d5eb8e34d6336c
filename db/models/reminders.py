"""Reminders and their completed occurrences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import nobody_in_json, of_owner, owner


class Reminder(Base):
    """A reminder, once or recurring.

    The next occurrence is in `due` while the reminder is active, and in `kept_at` while it is paused, so that a
    one-time reminder whose instant passes meanwhile is not lost. Ids are never reused, because buttons of old messages
    contain them.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        Index(None, "user_id", "state"),
        Index(None, "guild_id", "audience", "state"),
        {"sqlite_autoincrement": True},
    )

    reminder_id: Mapped[int] = mapped_column(Id, primary_key=True)
    interaction_id: Mapped[int] = mapped_column(Snowflake, unique=True)  # that created it
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), info=owner())  # its author
    audience: Mapped[str] = mapped_column(String(4))  # me, club
    guild_id: Mapped[int | None] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"))
    channel_id: Mapped[int | None] = mapped_column(Snowflake)  # club: where it is posted; me: where it was created
    role_id: Mapped[int | None] = mapped_column(Snowflake)  # club: mentioned
    what: Mapped[str] = mapped_column(String(200), info=of_owner())  # as typed
    schedule: Mapped[dict[str, Any]] = mapped_column(JSON, info=nobody_in_json())  # bot.domain.when.schedule
    # Both schedules of an ambiguous text
    readings: Mapped[list[Any] | None] = mapped_column(JSON, info=nobody_in_json())
    zone: Mapped[str] = mapped_column(String(64))  # of its wall times
    state: Mapped[str] = mapped_column(String(8))  # active, paused, ended
    trouble: Mapped[str | None] = mapped_column(String(12))  # why the bot paused it: bot.delivery's Failure
    kept_at: Mapped[datetime | None]  # paused: the next occurrence at that time
    revision: Mapped[int] = mapped_column(default=0)  # counts edits, so that old buttons have no effect
    created_at: Mapped[datetime]


class ReminderDone(Base):
    """A person's completion of one occurrence of a reminder."""

    __tablename__ = "reminders_done"
    __table_args__ = (Index(None, "user_id"),)

    reminder_id: Mapped[int] = mapped_column(
        Id, ForeignKey("reminders.reminder_id", ondelete="CASCADE"), primary_key=True
    )
    occurs_at: Mapped[datetime] = mapped_column(primary_key=True)  # when it was due
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    done_at: Mapped[datetime]
