"""Who is there: persons, clubs, and a person's membership of a club."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Snowflake


class User(Base):
    """A person, across all clubs. Every setting is None until chosen: the club's, or the default, then holds."""

    __tablename__ = "users"

    user_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    language: Mapped[str | None] = mapped_column(String(8))
    units: Mapped[str | None] = mapped_column(String(8))
    zone: Mapped[str | None] = mapped_column(String(64))
    sharing: Mapped[str | None] = mapped_column(String(8))
    home_guild_id: Mapped[int | None] = mapped_column(Snowflake)
    weight_kg: Mapped[float | None] = mapped_column(Float)
    locale: Mapped[str | None] = mapped_column(String(16))  # Discord's, as last seen
    zone_told: Mapped[bool] = mapped_column(Boolean, default=False)  # the card that assumed a zone said so
    created_at: Mapped[datetime]


class Guild(Base):
    """A club. Every setting is None until an organiser chose it; the defaults are `bot.domain.clubs`'s."""

    __tablename__ = "guilds"

    guild_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120), default="")
    zone: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(8))
    units: Mapped[str | None] = mapped_column(String(8))
    locale: Mapped[str | None] = mapped_column(String(16))  # Discord's community language, as last seen
    organiser_role_id: Mapped[int | None] = mapped_column(Snowflake)
    solo_surfaces: Mapped[list[str] | None] = mapped_column(JSON)
    created_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class Member(Base):
    """A person in a club, as last seen there: we have no member list and get no leave event.

    `seen_at` is when the club was last known to hold them: Discord, asked or by an interaction that changed something
    here, said so. `left_at` is when we learned that it no longer does.
    """

    __tablename__ = "members"
    __table_args__ = (Index(None, "user_id"),)

    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True)
    display_name: Mapped[str] = mapped_column(String(120))
    organiser: Mapped[bool] = mapped_column(Boolean, default=False)  # at the last interaction; never of one who left
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)  # from the boards, by own wish
    seen_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
