"""Rounds of matching and the members asked in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import (
    exported_with,
    owner,
    people_in_json,
    shared,
)


class Round(Base):
    """A club's round of one week. The key (guild, Monday) makes it run once."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("guild_id", "monday"),
        CheckConstraint("state IN ('announced', 'drawing', 'drawn', 'confirmed', 'cancelled')", name="state"),
        {"info": shared()},
    )

    round_id: Mapped[int] = mapped_column(Id, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"))
    monday: Mapped[date]  # of the matched week
    state: Mapped[str] = mapped_column(String(10))  # announced, drawing, drawn, confirmed, cancelled
    seed: Mapped[int] = mapped_column(BigInteger)
    # The drawn outings, until confirmed
    proposal: Mapped[dict[str, Any] | None] = mapped_column(JSON, info=people_in_json())
    announced_at: Mapped[datetime]
    match_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RoundPlace(Base):
    """A member in a round: asked, skipped, matched, or left over with the reason as a catalogue key."""

    __tablename__ = "round_places"
    __table_args__ = (
        Index(None, "user_id"),
        CheckConstraint("state IN ('asked', 'skipped', 'matched', 'left')", name="state"),
    )

    round_id: Mapped[int] = mapped_column(
        Id, ForeignKey("rounds.round_id", ondelete="CASCADE"), primary_key=True, info=exported_with("monday")
    )
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    state: Mapped[str] = mapped_column(String(8))  # asked, skipped, matched, left
    reason: Mapped[str | None] = mapped_column(String(40))
