"""Badges: what members have reached, the levels they earned, each by a run, and the roles that clubs give for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import nobody_in_json, owner, shared

OWN = 0
"""In place of a club's id: a member's own badges, of the runs in every club and none, private ones too."""


class BadgeCount(Base):
    """What a member has reached: own, from all their runs, or in a club, from those that count on its boards.

    `counts` has the integers of each badge's checker, `rules` the definitions by which they were counted
    (`domain.badges`), and `last_started_at` and `last_run_id` the last event counted: a later run is added, any other
    change counts everything anew.
    """

    __tablename__ = "badge_counts"

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    guild_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    last_started_at: Mapped[datetime]
    last_run_id: Mapped[int] = mapped_column(Id)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, info=nobody_in_json())
    rules: Mapped[str] = mapped_column(String(16))


class EarnedBadge(Base):
    """A level of a badge that a member has earned: own, or in a club, see `BadgeCount`."""

    __tablename__ = "earned_badges"
    __table_args__ = (Index(None, "guild_id", "earned_at"), Index(None, "run_id"))

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    guild_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    badge: Mapped[str] = mapped_column(String(32), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(Id, ForeignKey("runs.run_id", ondelete="CASCADE"))
    earned_at: Mapped[datetime]  # the start of that run


class BadgeRole(Base):
    """The role that a club gives for a badge, whatever its level."""

    __tablename__ = "badge_roles"
    __table_args__ = ({"info": shared()},)

    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"), primary_key=True)
    badge: Mapped[str] = mapped_column(String(32), primary_key=True)
    role_id: Mapped[int] = mapped_column(Snowflake)


class BadgeRoleGrant(Base):
    """A role that a member has for a badge, is to get, or is to lose: given, give, take."""

    __tablename__ = "badge_role_grants"
    __table_args__ = (Index(None, "state"), Index(None, "user_id"))

    guild_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    badge: Mapped[str] = mapped_column(String(32), primary_key=True)
    role_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(8))
