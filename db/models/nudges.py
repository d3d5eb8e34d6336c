"""What a member has said about nudges: goals, pauses, repairs, and which nudges come. All of it is private."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Snowflake
from db.personal_data import owner


class WeeklyGoal(Base):
    """Runs a week somebody wants to run, from a Monday on, so that a new goal leaves past weeks as they were."""

    __tablename__ = "weekly_goals"
    __table_args__ = (CheckConstraint("runs BETWEEN 0 AND 7", name="runs"),)

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    since_on: Mapped[date] = mapped_column(primary_key=True)
    runs: Mapped[int]  # 0: no goal
    counts: Mapped[str] = mapped_column(String(8))  # backward, all


class Pause(Base):
    """Days on which somebody is let alone, and whose weeks keep a streak: from the first, back on `until_on`."""

    __tablename__ = "pauses"
    __table_args__ = (CheckConstraint("from_on < until_on", name="forward"),)

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    from_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date]
    why: Mapped[str] = mapped_column(String(8))  # injury, holiday


class Repair(Base):
    """A week that was missed and repaired. The key (person, month of the press) is why it is one a month."""

    __tablename__ = "repairs"

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    month_on: Mapped[date] = mapped_column(primary_key=True)
    monday: Mapped[date]


class NudgeChoice(Base):
    """That somebody wants nudges of a kind, or has stopped them; without a row the kind's default holds."""

    __tablename__ = "nudge_choices"

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    wanted: Mapped[bool] = mapped_column(Boolean)
