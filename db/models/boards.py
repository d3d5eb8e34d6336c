"""Standings: each member's totals per period of a club, updated as runs are written."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.boards.metrics import columns
from db.base import Base, Snowflake
from db.personal_data import owner


class Standing(Base):
    """One member's totals in one period and direction of one club.

    `direction` is backward, forward, all, or spotting (facing forward for others). `period` is week, month, year or
    all. `starts_on` is the Monday, the first of the month, 1 January, or 1970-01-01 for all time. A row without days
    is deleted, not set to zero.
    """

    __tablename__ = "standings"
    __table_args__ = (
        *(
            Index(
                f"ix_standings_{column.name}",
                "guild_id",
                "direction",
                "period",
                "starts_on",
                "hidden",
                column.name,
                "user_id",
            )
            for column in columns()
        ),
        Index(None, "user_id"),
    )

    guild_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("guilds.guild_id"), primary_key=True)
    direction: Mapped[str] = mapped_column(String(10), primary_key=True)
    period: Mapped[str] = mapped_column(String(6), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner())
    distance_m: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    days_out: Mapped[int]
    longest_m: Mapped[int]
    hidden: Mapped[bool] = mapped_column(Boolean, default=False)  # hidden by own choice or gone, copied for the index
