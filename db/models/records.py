"""Best efforts: what each run measured over the listed distances, from which personal bests and records are read."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import owner


class BestEffort(Base):
    """The fastest effort of one run in one direction over one listed distance (`domain.runs.personal_bests`).

    Only of runs that can set personal bests. A personal best is a member's first row by duration, start and id, and a
    club's record the first one that counts there, so that the one before stands again when a row is deleted.
    """

    __tablename__ = "best_efforts"
    __table_args__ = (
        Index("ix_best_efforts_own", "user_id", "direction", "listed_m", "duration_ms", "started_at", "run_id"),
        Index(
            "ix_best_efforts_club",
            "guild_id",
            "counted",
            "direction",
            "listed_m",
            "duration_ms",
            "started_at",
            "run_id",
        ),
    )

    run_id: Mapped[int] = mapped_column(Id, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True)
    direction: Mapped[str] = mapped_column(String(10), primary_key=True)
    listed_m: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), info=owner())
    guild_id: Mapped[int | None] = mapped_column(Snowflake)  # of the run
    counted: Mapped[bool] = mapped_column(Boolean)  # of the run: whether it counts on the club's boards
    started_at: Mapped[datetime]  # of the run: the earlier of two equal times is the best
    ran_on: Mapped[date]
    distance_m: Mapped[int]
    duration_ms: Mapped[int]
    measured: Mapped[str] = mapped_column(String(8))  # whole, lap, segment
    escorted: Mapped[bool] = mapped_column(Boolean)  # a spotter agreed
