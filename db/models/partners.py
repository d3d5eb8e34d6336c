"""Ties between people, questions, availability, and spotting."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import (
    beside,
    follows,
    kept_back,
    named,
    nobody_in_json,
    owner,
)


class Tie(Base):
    """A tie of one person to another: "block", "trust" or "mute" (no more questions). Private to its author."""

    __tablename__ = "ties"
    __table_args__ = (
        Index(None, "other_id"),
        CheckConstraint("user_id <> other_id", name="not_oneself"),
        CheckConstraint("kind IN ('block', 'trust', 'mute')", name="kind"),
    )

    user_id: Mapped[int] = mapped_column(
        Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner(listed_by=("kind", "since"))
    )
    other_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, info=named(row_goes=True))
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)  # block, trust, mute
    other_name: Mapped[str] = mapped_column(String(120), info=beside("other_id"))  # as last seen, for the author's list
    since: Mapped[datetime]


class Question(Base):
    """A question that a person sent to another; stored for a day, for rate limits."""

    __tablename__ = "questions"
    __table_args__ = (Index(None, "author_id", "kind"), Index(None, "asked_at"), Index(None, "user_id"))

    question_id: Mapped[int] = mapped_column(Id, primary_key=True, info=kept_back())
    author_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), info=owner(exported=False))
    user_id: Mapped[int] = mapped_column(Snowflake, info=named(row_goes=True))  # the recipient
    kind: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]


class Availability(Base):
    """When, where and how a member would run with a partner in a club."""

    __tablename__ = "availabilities"

    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    # [weekday, first minute, end minute], in the member's zone
    windows: Mapped[list[list[int]]] = mapped_column(
        JSON,
        default=list,
        info=nobody_in_json(),
    )
    # Names of meeting points; empty: anywhere
    places: Mapped[list[str]] = mapped_column(JSON, default=list, info=nobody_in_json())
    # Accepted roles: backward, spotter, swap
    wishes: Mapped[list[str]] = mapped_column(JSON, default=list, info=nobody_in_json())
    forward_s_per_km: Mapped[float | None] = mapped_column(Float)
    backward_s_per_km: Mapped[float | None] = mapped_column(Float)
    paused_until: Mapped[date | None]  # first day after the pause
    changed_at: Mapped[datetime]


class NoShow(Base):
    """A no-show; counted for a month, and shown to nobody else."""

    __tablename__ = "no_shows"

    outing_id: Mapped[int] = mapped_column(
        Id, ForeignKey("outings.outing_id", ondelete="CASCADE"), primary_key=True, info=follows()
    )
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    missed_on: Mapped[date]


class Spotting(Base):
    """Metres and milliseconds faced forward for another runner, credited to the confirmed spotter.

    For an outing, the credit belongs to the spotter's own run; for a run typed by another, to that run, while the
    spotter confirms it.
    """

    __tablename__ = "spottings"
    __table_args__ = (Index(None, "guild_id", "user_id", "ran_on"), Index(None, "user_id"))

    run_id: Mapped[int] = mapped_column(Id, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner(listed_by=("ran_on", "run_id"))
    )
    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"))
    ran_on: Mapped[date]
    distance_m: Mapped[int]
    duration_ms: Mapped[int]
