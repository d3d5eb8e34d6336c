"""Safety contacts and quiet alarms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Id, Snowflake
from db.personal_data import (
    beside,
    kept_back,
    named,
    owner,
)


class Contact(Base):
    """A safety contact, in order of notification. Only accepted contacts are notified.

    A contact who is removed before accepting is kept for a while without a position, so that they are not asked again
    at once.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        Index(None, "contact_id"),
        CheckConstraint("user_id <> contact_id", name="not_oneself"),
        CheckConstraint("state IN ('asked', 'accepted', 'declined')", name="state"),
    )

    user_id: Mapped[int] = mapped_column(
        Snowflake, ForeignKey("users.user_id"), primary_key=True, info=owner(listed_by=("position",))
    )
    contact_id: Mapped[int] = mapped_column(
        Snowflake,
        primary_key=True,
        info=named(row_goes=True, told=("asked_at", "state"), told_as="asked_to_be_a_contact"),
    )
    contact_name: Mapped[str] = mapped_column(String(120), info=beside("contact_id"))
    position: Mapped[int]  # from 1; 0 when removed
    state: Mapped[str] = mapped_column(String(8))  # asked, accepted, declined
    guild_id: Mapped[int | None] = mapped_column(Snowflake)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]


class UnsafeAlarm(Base):
    """A quiet alarm: who pressed it, who takes care of it, and the closing report, which partners cannot read.

    A person has at most one open alarm in an outing; pressing again repeats it, whoever takes care of it. Queries about
    outings do not read these rows, so that nothing rendered for a partner depends on them.
    """

    __tablename__ = "unsafe_alarms"
    __table_args__ = (
        Index(
            "uq_unsafe_alarms_open",
            "outing_id",
            "user_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(None, "outing_id"),
        Index(None, "user_id"),
    )

    alarm_id: Mapped[int] = mapped_column(Id, primary_key=True, info=kept_back())
    outing_id: Mapped[int] = mapped_column(Id, ForeignKey("outings.outing_id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(Snowflake, ForeignKey("users.user_id"), info=owner())
    raised_at: Mapped[datetime]  # first pressed
    rounds: Mapped[int] = mapped_column(default=1, info=kept_back())  # how often it was sent
    taken_by_user_id: Mapped[int | None] = mapped_column(Snowflake, info=named())
    taken_at: Mapped[datetime | None]
    closed_by_user_id: Mapped[int | None] = mapped_column(Snowflake, info=named(row_exported=True))
    closed_at: Mapped[datetime | None]
    resolution: Mapped[str | None] = mapped_column(String(300), info=beside("closed_by_user_id"))
