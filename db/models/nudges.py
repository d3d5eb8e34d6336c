"""Members' goals, pauses, repairs and choices of nudges. All of it is private."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Snowflake
from db.personal_data import owner


class WeeklyGoal(Base):
    """A goal of runs a week from a Monday on; a new goal leaves earlier weeks unchanged."""

    __tablename__ = "weekly_goals"
    __table_args__ = (CheckConstraint("runs BETWEEN 0 AND 7", name="runs"),)

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    since_on: Mapped[date] = mapped_column(primary_key=True)
    runs: Mapped[int]  # 0: no goal
    counts: Mapped[str] = mapped_column(String(8))  # backward, all


class Pause(Base):
    """A pause of nudges and goals, from the first day until before `until_on`; its weeks do not break a streak."""

    __tablename__ = "pauses"
    __table_args__ = (CheckConstraint("from_on < until_on", name="forward"),)

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    from_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date]
    why: Mapped[str] = mapped_column(String(8))  # injury, holiday


class Repair(Base):
    """A missed and repaired week. The key (person, month of the repair) limits repairs to one a month."""

    __tablename__ = "repairs"

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    month_on: Mapped[date] = mapped_column(primary_key=True)
    monday: Mapped[date]


class NudgeChoice(Base):
    """Whether a person wants a kind of nudges; without a row the kind's default applies."""

    __tablename__ = "nudge_choices"

    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    wanted: Mapped[bool] = mapped_column(Boolean)
