"""People and memberships."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Snowflake
from db.personal_data import nobody_in_json, of_owner, owner


class User(Base):
    """A person, across all clubs. A setting is None until chosen; until then the club's or the default applies."""

    __tablename__ = "users"

    user_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False, info=owner())
    language: Mapped[str | None] = mapped_column(String(8))
    units: Mapped[str | None] = mapped_column(String(8))
    zone: Mapped[str | None] = mapped_column(String(64))
    sharing: Mapped[str | None] = mapped_column(String(8))
    home_guild_id: Mapped[int | None] = mapped_column(Snowflake)
    weight_kg: Mapped[float | None] = mapped_column(Float)
    locale: Mapped[str | None] = mapped_column(String(16))  # from Discord, as last seen
    dm_channel_id: Mapped[int | None] = mapped_column(Snowflake)  # opened earlier; opening one costs a request
    dm_closed_at: Mapped[datetime | None]  # when direct messages were refused
    quiet_from_min: Mapped[int | None]  # minutes of the local day; equal to the next: no quiet hours
    quiet_until_min: Mapped[int | None]
    zone_told: Mapped[bool] = mapped_column(Boolean, default=False)  # whether a card has mentioned the assumed zone
    created_at: Mapped[datetime]


class Member(Base):
    """A person in a club, as last seen there; the bot has no member list and receives no leave events.

    `seen_at` is when Discord last confirmed the membership, on request or through an interaction with an effect.
    `left_at` is when the bot found that it had ended.
    """

    __tablename__ = "members"
    __table_args__ = (Index(None, "user_id"),)

    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    display_name: Mapped[str] = mapped_column(String(120), info=of_owner())
    organiser: Mapped[bool] = mapped_column(Boolean, default=False)  # at the last interaction; False once they left
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)  # from the boards, by own choice
    seen_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    role_ids: Mapped[list[int] | None] = mapped_column(JSON, info=nobody_in_json())  # roles named in settings
