"""Runs, their stretches and revisions, reviews, recordings, the public cards that show them, and cheers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import beside, follows, named, nobody_in_json, of_owner, owner, people_in_json


class Run(Base):
    """A run of one runner, and of at most one club.

    `interaction_id` and `ordinal` (the file of an import) are the key that makes a repeated interaction insert one run.
    `revision` is the number of the newest row in `revisions`.
    """

    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("interaction_id", "ordinal"),
        Index(None, "user_id", "ran_on"),
        Index(None, "guild_id", "user_id", "ran_on"),
        Index(None, "guild_id", "review"),
        Index(None, "spotter_id"),
        CheckConstraint("duration_ms > 0", name="duration_positive"),
        CheckConstraint("distance_m IS NULL OR distance_m > 0", name="distance_positive"),
        CheckConstraint("effort IS NULL OR effort BETWEEN 0 AND 10", name="effort_rpe"),
    )

    run_id: Mapped[int] = mapped_column(Id, primary_key=True)
    interaction_id: Mapped[int] = mapped_column(Snowflake)
    ordinal: Mapped[int] = mapped_column(default=0)
    user_id: Mapped[int] = mapped_column(
        Snowflake, ForeignKey("users.user_id"), info=owner(listed_by=("started_at", "run_id"))
    )
    guild_id: Mapped[int | None] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"))
    started_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64))
    ran_on: Mapped[date]
    distance_m: Mapped[int | None]  # of all stretches, for lists
    duration_ms: Mapped[int]
    surface: Mapped[str | None] = mapped_column(String(12))
    spotter_id: Mapped[int | None] = mapped_column(
        Snowflake, info=named(told=("ran_on", "spotter_state"), told_as="spotted_for_others")
    )
    # Until the club knows a newer one
    spotter_name: Mapped[str | None] = mapped_column(String(120), info=beside("spotter_id", exported=False))
    spotter_state: Mapped[str | None] = mapped_column(String(12), info=beside("spotter_id"))
    effort: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(String(500), info=of_owner())
    sharing: Mapped[str] = mapped_column(String(8))
    extras: Mapped[list[str]] = mapped_column(JSON, default=list, info=nobody_in_json())
    doubtful: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # unreliable time
    source: Mapped[str] = mapped_column(String(8))  # typed, outing, fit, gpx, tcx, csv
    review: Mapped[str] = mapped_column(String(10), default="none")
    held_for: Mapped[str | None] = mapped_column(String(8))  # ReviewReason; NULL before migration 0022
    counted: Mapped[bool] = mapped_column(Boolean)  # whether it counts on the club's boards: domain.runs.counts
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class StretchRow(Base):
    """A part of a run in one direction, in order."""

    __tablename__ = "stretches"

    run_id: Mapped[int] = mapped_column(
        Id, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True, info=follows()
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(String(10))
    distance_m: Mapped[int | None]
    duration_ms: Mapped[int]
    estimated: Mapped[bool] = mapped_column(Boolean, default=False)


class Revision(Base):
    """One change of a run. `before` is its whole content before the change, or None for the first."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("interaction_id", "run_id"),)

    run_id: Mapped[int] = mapped_column(
        Id, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True, info=follows()
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[int] = mapped_column(Snowflake)
    kind: Mapped[str] = mapped_column(String(12))  # logged, edited, told, shared, spotted, deleted, undone, reviewed
    undoes: Mapped[int | None]  # the revision that was undone
    before: Mapped[dict[str, Any] | None] = mapped_column(
        JSON, info=people_in_json(keys={"spotter_id": ("spotter_name", "spotter_state")})
    )
    changed_at: Mapped[datetime]


class RunReview(Base):
    """What organisers and the runner say about a run that is or was held for review."""

    __tablename__ = "run_reviews"

    run_id: Mapped[int] = mapped_column(
        Id, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True, info=follows()
    )
    asked_at: Mapped[datetime | None]  # when organisers asked the runner
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(300), info=of_owner())  # in their words; NULL: "it's right"
    reason: Mapped[str | None] = mapped_column(String(300), info=of_owner())  # why it was rejected, for the runner


class RunCard(Base):
    """A public message that shows a run and is edited when the run changes."""

    __tablename__ = "cards"
    __table_args__ = (Index(None, "run_id"),)

    message_id: Mapped[int] = mapped_column(Snowflake, primary_key=True, autoincrement=False)
    channel_id: Mapped[int] = mapped_column(Snowflake)
    run_id: Mapped[int] = mapped_column(Id, ForeignKey("runs.run_id", ondelete="CASCADE"), info=follows())


class Cheer(Base):
    """A member's cheer for another's run in their club."""

    __tablename__ = "cheers"
    __table_args__ = (Index(None, "user_id"),)

    run_id: Mapped[int] = mapped_column(Id, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    cheered_at: Mapped[datetime]


class Recording(Base):
    """The content of an imported file: totals, laps and the time-distance series, without coordinates or file bytes."""

    __tablename__ = "recordings"
    __table_args__ = (Index(None, "user_id", "sha256"),)

    run_id: Mapped[int] = mapped_column(
        Id, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True, info=follows()
    )
    user_id: Mapped[int] = mapped_column(Snowflake, info=owner())
    sha256: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(120), info=of_owner())
    totals: Mapped[dict[str, Any]] = mapped_column(JSON, info=nobody_in_json(large=True))
    laps: Mapped[list[dict[str, Any]]] = mapped_column(JSON, info=nobody_in_json(large=True))
    # [[listed metres, first and last stretch, metres, milliseconds], ...]; NULL before migration 0020
    segments: Mapped[list[list[int]] | None] = mapped_column(JSON, info=nobody_in_json(large=True))
    series: Mapped[bytes | None] = mapped_column(LargeBinary, info=of_owner())  # zlib of JSON [[seconds, metres], ...]
