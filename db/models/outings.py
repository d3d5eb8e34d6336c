"""Outings: people who run together, of whom some face forward."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import beside, follows, impersonal, named, owner, shared


class MeetingPoint(Base):
    """A meeting point of a club. `detail` is the exact place, shown only to participants."""

    __tablename__ = "meeting_points"
    __table_args__ = (UniqueConstraint("guild_id", "name"), {"info": impersonal()})

    point_id: Mapped[int] = mapped_column(Id, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"))
    name: Mapped[str] = mapped_column(String(60))
    detail: Mapped[str | None] = mapped_column(String(200))
    surface: Mapped[str | None] = mapped_column(String(12))


class Outing(Base):
    """A call for a partner, and the outing it becomes.

    Triggers enforce the rule (see the migration). `solo` is copied from the club when the terms are set. `terms` counts
    changes of time or place, after each of which everybody has to confirm again.
    """

    __tablename__ = "outings"
    __table_args__ = (
        UniqueConstraint("interaction_id", "ordinal"),
        Index(None, "guild_id", "state", "starts_at"),
        Index(None, "caller_id"),
        Index(None, "round_id"),
        CheckConstraint("planned_ms > 0", name="planned_positive"),
        CheckConstraint("backward_per_spotter BETWEEN 1 AND 3", name="backward_per_spotter"),
        CheckConstraint("extended_min BETWEEN 0 AND 60", name="extended"),
        CheckConstraint("NOT solo OR surface IS NOT NULL", name="solo_surface"),
        CheckConstraint("places BETWEEN 2 AND 4", name="places"),
        CheckConstraint(
            "state IN ('open', 'filled', 'confirmed', 'under_way', 'home', 'cancelled', 'no_show', 'overdue',"
            " 'resolved')",
            name="state",
        ),
        CheckConstraint("audience IN ('everyone', 'trusted', 'role')", name="audience"),
        CheckConstraint("NOT solo OR surface <> 'road'", name="solo_road"),
        CheckConstraint(
            "state NOT IN ('under_way', 'overdue') OR (started_at IS NOT NULL AND due_back_at IS NOT NULL)",
            name="out_since",
        ),
        CheckConstraint(
            "eyes_lost_at IS NULL OR (started_at IS NOT NULL AND eyes_lost_at >= started_at)", name="eyes_lost"
        ),
        {
            "info": shared(
                exported=(
                    "outing_id", "guild_id", "state", "terms", "starts_at", "zone", "place", "surface", "solo",
                    "backward_per_spotter", "places", "distance_m", "pace_s_per_km", "planned_ms", "audience",
                    "started_at", "due_back_at", "swapped_at", "extended_min", "ended_at", "created_at",
                ),
                listed_by=("starts_at", "outing_id"),
            )
        },
    )  # fmt: skip

    outing_id: Mapped[int] = mapped_column(Id, primary_key=True)
    interaction_id: Mapped[int] = mapped_column(Snowflake)
    ordinal: Mapped[int] = mapped_column(default=0)
    round_id: Mapped[int | None] = mapped_column(Id, ForeignKey("rounds.round_id"))
    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"))
    # None for an outing of a round, or of an erased person
    caller_id: Mapped[int | None] = mapped_column(Snowflake, info=named(row_exported=True))
    state: Mapped[str] = mapped_column(String(10), default="open")
    terms: Mapped[int] = mapped_column(default=1)
    starts_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))  # the caller's at the time of the call, for wall times
    # Public: a meeting point's name, or as typed
    place: Mapped[str] = mapped_column(String(80), info=impersonal())
    # For participants; deleted after 30 days
    detail: Mapped[str | None] = mapped_column(String(200), info=impersonal())
    point_id: Mapped[int | None] = mapped_column(Id, ForeignKey("meeting_points.point_id", ondelete="SET NULL"))
    surface: Mapped[str | None] = mapped_column(String(12))
    solo: Mapped[bool] = mapped_column(Boolean, default=False)
    backward_per_spotter: Mapped[int] = mapped_column(info=impersonal())
    places: Mapped[int]
    distance_m: Mapped[int | None]
    pace_s_per_km: Mapped[float] = mapped_column(Float)  # backward
    planned_ms: Mapped[int]
    audience: Mapped[str] = mapped_column(String(8), default="everyone")
    audience_role_id: Mapped[int | None] = mapped_column(Snowflake)
    channel_id: Mapped[int] = mapped_column(Snowflake)  # of its card
    message_id: Mapped[int | None] = mapped_column(Snowflake)  # the card, once posted
    started_at: Mapped[datetime | None]
    due_back_at: Mapped[datetime | None]
    swapped_at: Mapped[datetime | None]
    eyes_lost_at: Mapped[datetime | None]  # since when somebody out runs backward without a spotter and knows
    extended_min: Mapped[int] = mapped_column(default=0)
    rung: Mapped[int] = mapped_column(default=-1)  # number of the latest escalation step; -1: none
    help_at: Mapped[datetime | None]  # somebody asked for help; only a report of what happened ends it
    ended_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(Snowflake, info=named())
    resolution: Mapped[str | None] = mapped_column(String(300), info=beside("resolved_by"))
    created_at: Mapped[datetime]


class Companion(Base):
    """A person's place in an outing, or on its waiting list.

    A person is in at most one outing under way (a partial unique index). The role in each half is recomputed whenever
    somebody joins or leaves.
    """

    __tablename__ = "companions"
    __table_args__ = (
        Index(None, "user_id", "presence"),
        Index(
            "uq_companions_out",
            "user_id",
            unique=True,
            sqlite_where=text("checked_in_at IS NOT NULL AND home_at IS NULL AND presence = 'in'"),
            postgresql_where=text("checked_in_at IS NOT NULL AND home_at IS NULL AND presence = 'in'"),
        ),
        CheckConstraint("wish IN ('backward', 'spotter', 'swap')", name="wish"),
        CheckConstraint("first_role IN ('backward', 'spotter')", name="first_role"),
        CheckConstraint("second_role IN ('backward', 'spotter')", name="second_role"),
        CheckConstraint("presence IN ('in', 'waiting', 'offered', 'left')", name="presence"),
        CheckConstraint("happened IN ('yes', 'no', 'no_show', 'absent', 'missed')", name="happened"),
        CheckConstraint("draft IN ('offered', 'logged', 'thrown')", name="draft"),
        CheckConstraint("home_at IS NULL OR checked_in_at IS NOT NULL", name="home_after"),
    )

    outing_id: Mapped[int] = mapped_column(
        Id, ForeignKey("outings.outing_id", ondelete="CASCADE"), primary_key=True, info=follows(takes_part=True)
    )
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    wish: Mapped[str] = mapped_column(String(8))
    first_role: Mapped[str] = mapped_column(String(8))
    second_role: Mapped[str] = mapped_column(String(8))
    presence: Mapped[str] = mapped_column(String(8))  # in, waiting, offered, left
    since: Mapped[datetime]  # joined, or began to wait; order of the waiting list
    offered_until: Mapped[datetime | None]
    confirmed_terms: Mapped[int | None]  # the confirmed value of `terms`
    checked_in_at: Mapped[datetime | None]
    home_at: Mapped[datetime | None]
    # Answer to "Did it happen?": yes, no, no_show; absent: others went without them; missed: it did not start
    happened: Mapped[str | None] = mapped_column(String(8))
    draft: Mapped[str | None] = mapped_column(String(8))  # offered, logged, thrown
    run_id: Mapped[int | None] = mapped_column(Id, ForeignKey("runs.run_id", ondelete="SET NULL"))


class OutingPress(Base):
    """An interaction that took effect; a repeated delivery of it changes nothing."""

    __tablename__ = "outing_presses"
    __table_args__ = (Index(None, "outing_id"), {"info": impersonal()})

    interaction_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    outing_id: Mapped[int] = mapped_column(Id, ForeignKey("outings.outing_id", ondelete="CASCADE"))
    pressed_at: Mapped[datetime]
