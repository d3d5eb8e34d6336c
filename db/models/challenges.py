"""Challenges of a club, their teams, and who takes part.

Progress is not stored: it is summed from the runs when it is looked at. Only a final result is, so that later changes
of runs no longer move it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import exported_with, impersonal, named, owner, shared


class Challenge(Base):
    """A challenge; `kind` and `state` are values of `domain.challenges.challenge_rules`.

    `ends_on` and `ended_at` move when organisers end it early. `shown` is the sum that its public card shows, by which
    the job that redraws the card finds out whether anything changed.
    """

    __tablename__ = "challenges"
    __table_args__ = (
        Index(None, "guild_id", "state"),
        CheckConstraint("state IN ('draft', 'open', 'final', 'cancelled')", name="state"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        {"info": shared()},
    )

    challenge_id: Mapped[int] = mapped_column(Id, primary_key=True)
    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"))
    author_id: Mapped[int | None] = mapped_column(Snowflake, info=named())  # the organiser who created it
    state: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(60), info=impersonal())
    kind: Mapped[str] = mapped_column(String(10))
    metric: Mapped[str] = mapped_column(String(10))
    direction: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int | None] = mapped_column(BigInteger)  # to be reached: metres, milliseconds or days
    listed_m: Mapped[int | None]  # distance of handicap points
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64))  # the club's when it was created
    ended_at: Mapped[datetime]
    teams: Mapped[int]  # number of teams, or 0
    files: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())  # only runs from a file count
    channel_id: Mapped[int | None] = mapped_column(Snowflake)
    message_id: Mapped[int | None] = mapped_column(Snowflake)  # of its public card
    shown: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]


class ChallengeTeam(Base):
    """A team. Its captain is the member who joined it first. `name` is None until they choose one."""

    __tablename__ = "challenge_teams"
    __table_args__ = (Index(None, "challenge_id"), {"info": shared()})

    team_id: Mapped[int] = mapped_column(Id, primary_key=True)
    challenge_id: Mapped[int] = mapped_column(Id, ForeignKey("challenges.challenge_id", ondelete="CASCADE"))
    number: Mapped[int]  # from 1
    name: Mapped[str | None] = mapped_column(String(30), info=impersonal())


class ChallengePlace(Base):
    """A participant; `amount` is their own goal. The last two are set once the result is final."""

    __tablename__ = "challenge_places"
    __table_args__ = (Index(None, "user_id"), Index(None, "team_id"))

    challenge_id: Mapped[int] = mapped_column(
        Id, ForeignKey("challenges.challenge_id", ondelete="CASCADE"), primary_key=True, info=exported_with("name")
    )
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    team_id: Mapped[int | None] = mapped_column(Id, ForeignKey("challenge_teams.team_id", ondelete="SET NULL"))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    joined_at: Mapped[datetime]
    final: Mapped[int | None] = mapped_column(BigInteger)
    final_late: Mapped[int | None] = mapped_column(BigInteger)
    reached_on: Mapped[date | None]
