"""Queries for quiet alarms and their messages. None of them commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Delivery, UnsafeAlarm

FAILED = ("dropped", "failed")


async def alarm(session: AsyncSession, alarm_id: int) -> UnsafeAlarm | None:
    """Return the current state of a quiet alarm. To change it, lock its outing first."""
    statement = select(UnsafeAlarm).where(UnsafeAlarm.alarm_id == alarm_id)
    found: UnsafeAlarm | None = await session.scalar(statement.execution_options(populate_existing=True))
    return found


async def open_alarm(session: AsyncSession, outing_id: int, user_id: int) -> UnsafeAlarm | None:
    """Return a person's open alarm in an outing, or None."""
    statement = select(UnsafeAlarm).where(
        UnsafeAlarm.outing_id == outing_id, UnsafeAlarm.user_id == user_id, UnsafeAlarm.closed_at.is_(None)
    )
    found: UnsafeAlarm | None = await session.scalar(statement.execution_options(populate_existing=True))
    return found


async def insert_alarm(session: AsyncSession, outing_id: int, user_id: int, now: datetime) -> int:
    """Insert a quiet alarm in its first round, and return its id."""
    values = {"outing_id": outing_id, "user_id": user_id, "raised_at": now, "rounds": 1}
    made: int | None = await session.scalar(insert(UnsafeAlarm).values(**values).returning(UnsafeAlarm.alarm_id))
    assert made is not None
    return made


async def set_alarm(session: AsyncSession, alarm_id: int, **values: object) -> None:
    """Update columns of a quiet alarm."""
    await session.execute(update(UnsafeAlarm).where(UnsafeAlarm.alarm_id == alarm_id).values(**values))


async def on_its_way(session: AsyncSession, kind: str, alarm_id: int) -> bool:
    """Whether a message of a kind about a quiet alarm is unsent or sent."""
    return await _any(session, kind, alarm_id, Delivery.state.not_in(FAILED))


async def was_written(session: AsyncSession, kind: str, alarm_id: int, *, rounds: int | None = None) -> bool:
    """Whether a message of a kind about a quiet alarm exists; with `rounds`, of that round or a failed one.

    The occurrences of its messages are `<alarm>:<round>`, with the suffix `:dm` for individual direct messages.
    """
    if rounds is None:
        return await _any(session, kind, alarm_id)
    of_round = or_(Delivery.occurrence == f"{alarm_id}:{rounds}", Delivery.state == "failed")
    return await _any(session, kind, alarm_id, of_round)


async def was_sent_to(session: AsyncSession, kind: str, alarm_id: int, user_id: int) -> bool:
    """Whether a person was sent a quiet alarm by direct message."""
    return await _any(session, kind, alarm_id, Delivery.user_id == user_id, Delivery.state == "sent")


async def _any(session: AsyncSession, kind: str, alarm_id: int, *more: ColumnElement[bool]) -> bool:
    of_alarm = Delivery.occurrence.startswith(f"{alarm_id}:", autoescape=True)
    found = exists().where(Delivery.kind == kind, of_alarm, *more)
    return bool(await session.scalar(select(found)))
