"""Leaderboards: each member's totals per period of a club, updated as runs are written; its named periods; follows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.boards.metrics import Column, columns
from db.base import Base, Id, Snowflake
from db.personal_data import impersonal, named, owner, shared


def _only(condition: str) -> dict[str, Any]:
    """Return the options of an index that holds only some rows."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def _board_index(column: Column) -> Index:
    """Return the index in board order of a metric's column."""
    parts = ("guild_id", "direction", "period", "starts_on", "hidden", column.name, "user_id")
    return Index(f"ix_standings_{column.name}", *parts, **_only(f"{column.name} > 0") if column.sparse else {})


class Standing(Base):
    """One member's totals in one period and direction of one club.

    `direction` is backward, forward, all, or spotting (facing forward for others). `period` is a value of `Period` or
    of `WindowKind`. `starts_on` is the first day of the period, or 1970-01-01 for all time and for the rolling periods,
    whose dates are in `board_windows`. A row without days is deleted, not set to zero.
    """

    __tablename__ = "standings"
    __table_args__ = (
        *(_board_index(column) for column in columns()),
        Index("ix_standings_first_on", "guild_id", "first_on", "user_id", **_only("first_on IS NOT NULL")),
        Index(None, "user_id"),
    )

    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"), primary_key=True)
    direction: Mapped[str] = mapped_column(String(10), primary_key=True)
    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    distance_m: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    days_out: Mapped[int]
    longest_m: Mapped[int]
    # Metres more than in the previous period; negative if fewer, 0 if there were none in it.
    gain_m: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    # RPE times milliseconds, of runs whose effort is shared
    effort_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    # Best retro grade of a run, in hundredths of a percent; only in backward rows
    grade: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    # Of the member's first run in the club; only in the row of all time and all directions
    first_on: Mapped[date | None]
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)  # hidden by own choice or gone, copied for the index


class BoardWindow(Base):
    """A period of a club's boards that is not of the calendar: a season, or one of the rolling 30 days.

    `kind` is a value of `WindowKind`. Of the rolling kinds a club has one row each, whose dates move. `complete` is
    False while the standings of a new season are being computed, member by member.
    """

    __tablename__ = "board_windows"
    __table_args__ = (UniqueConstraint("guild_id", "kind", "starts_on"), {"info": shared()})

    window_id: Mapped[int] = mapped_column(Id, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"))
    kind: Mapped[str] = mapped_column(String(8))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    name: Mapped[str] = mapped_column(String(60), default="", info=impersonal())  # of a season
    complete: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())


class LiveBoard(Base):
    """The message of a club that shows its first board and is redrawn as it changes.

    `state` is a value of `services.boards.live_boards.LiveState`, `shown` a hash of what the message shows. It is not
    redrawn before `redraw_at`.
    """

    __tablename__ = "live_boards"
    __table_args__ = ({"info": shared()},)

    guild_id: Mapped[int] = mapped_column(
        Snowflake, ForeignKey("guilds.guild_id"), primary_key=True, autoincrement=False
    )
    channel_id: Mapped[int] = mapped_column(Snowflake)
    message_id: Mapped[int | None] = mapped_column(Snowflake, info=impersonal())
    state: Mapped[str] = mapped_column(String(8))
    shown: Mapped[str] = mapped_column(String(64), info=impersonal())
    redraw_at: Mapped[datetime]


class Follow(Base):
    """A member whose rows a person wants to see on boards of their own; nobody is told."""

    __tablename__ = "follows"
    __table_args__ = (Index(None, "followed_id"),)

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    followed_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, info=named(row_goes=True))
