"""What members ask to be reminded of, and what of it they have done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import nobody_in_json, of_owner, owner


class Reminder(Base):
    """One thing somebody asked to be reminded of, once or again and again.

    When it comes next stands in `due` while it is active, and in `kept_at` while it is paused: a one-shot whose instant
    passes meanwhile is not lost. Ids are never used again, since buttons of old messages name them.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        Index(None, "user_id", "state"),
        Index(None, "guild_id", "audience", "state"),
        {"sqlite_autoincrement": True},
    )

    reminder_id: Mapped[int] = mapped_column(Id, primary_key=True)
    interaction_id: Mapped[int] = mapped_column(Snowflake, unique=True)  # by which it was asked for
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), info=owner())  # who asked
    audience: Mapped[str] = mapped_column(String(4))  # me, club
    guild_id: Mapped[int | None] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"))
    channel_id: Mapped[int | None] = mapped_column(Snowflake)  # club: where it is said; me: where it was asked for
    role_id: Mapped[int | None] = mapped_column(Snowflake)  # club: pinged
    what: Mapped[str] = mapped_column(String(200), info=of_owner())  # as typed
    schedule: Mapped[dict[str, Any]] = mapped_column(JSON, info=nobody_in_json())  # bot.domain.when.schedule
    # Both schedules of a "when" that could mean two
    readings: Mapped[list[Any] | None] = mapped_column(JSON, info=nobody_in_json())
    zone: Mapped[str] = mapped_column(String(64))  # in which its wall times are meant
    state: Mapped[str] = mapped_column(String(8))  # active, paused, ended
    trouble: Mapped[str | None] = mapped_column(String(12))  # why the bot itself paused it: bot.delivery's Failure
    kept_at: Mapped[datetime | None]  # paused: when it would have come next
    revision: Mapped[int] = mapped_column(default=0)  # counts edits, so that an old button changes nothing newer
    created_at: Mapped[datetime]


class ReminderDone(Base):
    """Somebody has done what one occurrence of a reminder reminded of."""

    __tablename__ = "reminders_done"
    __table_args__ = (Index(None, "user_id"),)

    reminder_id: Mapped[int] = mapped_column(
        Id, ForeignKey("reminders.reminder_id", ondelete="CASCADE"), primary_key=True
    )
    occurs_at: Mapped[datetime] = mapped_column(primary_key=True)  # when it was meant
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    done_at: Mapped[datetime]
