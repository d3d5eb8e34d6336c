"""Clubs and their settings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    String,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Snowflake
from db.personal_data import (
    impersonal,
    named,
    nobody_in_json,
    shared,
)


class Guild(Base):
    """A club. A setting is None until an organiser chooses it; defaults are in `clubs.club_defaults`."""

    __tablename__ = "guilds"
    __table_args__ = (
        CheckConstraint("backward_per_spotter BETWEEN 1 AND 3", name="backward_per_spotter"),
        CheckConstraint("grace_min BETWEEN 5 AND 60", name="grace"),
        {"info": shared()},
    )

    guild_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120), default="", info=impersonal())
    zone: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(8))
    units: Mapped[str | None] = mapped_column(String(8))
    locale: Mapped[str | None] = mapped_column(String(16))  # Discord's community language, as last seen
    # From Discord, as last seen; notified if nobody else can be
    owner_id: Mapped[int | None] = mapped_column(Snowflake, info=named())
    organiser_role_id: Mapped[int | None] = mapped_column(Snowflake)
    solo_surfaces: Mapped[list[str] | None] = mapped_column(JSON, info=nobody_in_json())
    partners_channel_id: Mapped[int | None] = mapped_column(Snowflake)
    # The message with "Find a partner"
    partners_card_id: Mapped[int | None] = mapped_column(Snowflake, info=impersonal())
    organisers_channel_id: Mapped[int | None] = mapped_column(Snowflake)
    spotter_role_id: Mapped[int | None] = mapped_column(Snowflake, info=impersonal())  # certified spotters
    women_role_id: Mapped[int | None] = mapped_column(Snowflake)  # who may answer a call for women only
    backward_per_spotter: Mapped[int | None] = mapped_column(info=impersonal())
    grace_min: Mapped[int | None]
    emergency_number: Mapped[str | None] = mapped_column(String(40))
    round_on: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    round_weekday: Mapped[int | None]  # 0 is Monday, in the club's zone
    round_hour: Mapped[int | None]
    round_notice_h: Mapped[int | None]
    digest_channel_id: Mapped[int | None] = mapped_column(Snowflake)  # None: no digest
    digest_weekday: Mapped[int | None]  # 0 is Monday, in the club's zone
    digest_hour: Mapped[int | None]
    digest_instead: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # not per run
    # Whether a channel may mention members to whom direct messages could not be sent.
    names_waiting: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    first_board: Mapped[str | None] = mapped_column(String(24), info=impersonal())  # what /leaderboard shows at first
    created_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
