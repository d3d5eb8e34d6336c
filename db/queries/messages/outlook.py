"""Queries for what is due and when next. Each iteration of the delivery loop runs them: cached, by index only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    bindparam,
    func,
    select,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from db.models import Delivery, Due
from db.queries.messages.deliveries import UNSENT
from db.queries.messages.jobs import one_of

_NOW = bindparam("now", type_=Due.fire_at.type)


def _first_due(priority: int, fired: Collection[str], when: ColumnElement[bool]) -> ScalarSelect[Any]:
    return (
        select(Due.fire_at)
        .where(Due.priority == priority, when, one_of(Due.kind, fired))
        .order_by(Due.fire_at)
        .limit(1)
        .scalar_subquery()
    )


def _first_unsent(state: str, drawn: Collection[str], *when: ColumnElement[bool]) -> ScalarSelect[Any]:
    first = select(Delivery.next_try_at).where(Delivery.state == state, *when, one_of(Delivery.kind, drawn))
    if state == "leased":  # only leased messages can be excluded, and a list of seventy ids in all six places is slow
        first = first.where(Delivery.delivery_id.not_in(bindparam("besides", expanding=True)))
    return first.order_by(Delivery.next_try_at).limit(1).scalar_subquery()


def _backlog(least: int, drawn: Collection[str]) -> ScalarSelect[Any]:
    """Count the messages of at least this urgency that may be sent now, up to `most`."""
    some = (
        select(Delivery.delivery_id)
        .where(
            Delivery.state == "waiting", Delivery.next_try_at <= _NOW, Delivery.priority <= least,
            one_of(Delivery.kind, drawn),
        )
        .limit(bindparam("most"))
    )  # fmt: skip
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


@lru_cache(maxsize=16)
def _outlook(fired: frozenset[str], drawn: frozenset[str]) -> Select[Any]:
    due, to_come = Due.fire_at <= _NOW, Due.fire_at > _NOW
    unsent, later = Delivery.next_try_at <= _NOW, Delivery.next_try_at > _NOW
    urgent = Delivery.priority <= bindparam("least")
    return select(
        *(_backlog(least, drawn) for least in Priority),
        *(_first_due(priority, fired, due) for priority in Priority),
        *(_first_unsent(state, drawn, unsent, urgent) for state in UNSENT),
        *(_first_due(priority, fired, to_come) for priority in Priority),
        *(_first_unsent(state, drawn, later) for state in UNSENT),
    )


@lru_cache(maxsize=16)
def _orphans(fired: frozenset[str], drawn: frozenset[str]) -> CompoundSelect[Any]:
    due = select(Due.kind + "").where(Due.priority.in_(list(Priority)), Due.fire_at <= _NOW, ~one_of(Due.kind, fired))
    waiting = select(Delivery.kind + "").where(
        Delivery.state.in_(UNSENT), Delivery.next_try_at <= _NOW, ~one_of(Delivery.kind, drawn)
    )
    return union(due, waiting)


async def outlook(
    session: AsyncSession,
    fired: Collection[str],
    drawn: Collection[str],
    now: datetime,
    besides: Collection[int],
    least: int,
    most: int,
) -> tuple[bool, bool, datetime | None, tuple[int, ...], bool]:
    """Return (jobs due, messages due, next instant after `now` of either, backlog, safety jobs due).

    The backlog has, for each class, the number of waiting messages that are at least as urgent.

    Args:
        session: the transaction.
        fired: kinds of jobs.
        drawn: kinds of messages.
        now: aware.
        besides: ids of leased messages to exclude.
        least: least urgent class of messages that count as due.
        most: limit of each number in the backlog.
    """
    given = {"now": now, "besides": list(besides), "least": least, "most": most}
    found = iter((await session.execute(_outlook(frozenset(fired), frozenset(drawn)), given)).one())
    backlog = tuple(islice(found, len(Priority)))
    due, unsent = list(islice(found, len(Priority))), list(islice(found, len(UNSENT)))
    next_at = min(filter(None, found), default=None)
    return any(due), any(unsent), next_at, backlog, due[Priority.SAFETY] is not None


async def orphans(session: AsyncSession, fired: Collection[str], drawn: Collection[str], now: datetime) -> set[str]:
    """Return undeclared kinds of due jobs and messages."""
    return {*(await session.scalars(_orphans(frozenset(fired), frozenset(drawn)), {"now": now}))}
