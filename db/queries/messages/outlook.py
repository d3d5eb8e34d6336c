"""What there is to do, and when next: asked at every turn of the pump, so made once, and found by indexes alone."""

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
    if state == "leased":  # only those are in hand, and a list of seventy ids takes long in six places
        first = first.where(Delivery.delivery_id.not_in(bindparam("besides", expanding=True)))
    return first.order_by(Delivery.next_try_at).limit(1).scalar_subquery()


def _backlog(least: int, drawn: Collection[str]) -> ScalarSelect[Any]:
    """How many messages at least as urgent may be sent now; no more are counted than matter."""
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
    """Whether anything is due, whether anything may be sent, the earliest instant after `now` of either, the backlog,
    and whether anything of safety is due.

    The backlog says for each class how many messages wait that are at least as urgent.

    Args:
        session: where.
        fired: the kinds of what is due, and
        drawn: those of messages.
        now: the present instant.
        besides: ids of leased messages that do not count.
        least: the least urgent class of which a message counts as to be sent now.
        most: how many of a backlog are counted.
    """
    given = {"now": now, "besides": list(besides), "least": least, "most": most}
    found = iter((await session.execute(_outlook(frozenset(fired), frozenset(drawn)), given)).one())
    backlog = tuple(islice(found, len(Priority)))
    due, unsent = list(islice(found, len(Priority))), list(islice(found, len(UNSENT)))
    next_at = min(filter(None, found), default=None)
    return any(due), any(unsent), next_at, backlog, due[Priority.SAFETY] is not None


async def orphans(session: AsyncSession, fired: Collection[str], drawn: Collection[str], now: datetime) -> set[str]:
    """Kinds that are due or wait to be sent and that nobody declares."""
    return {*(await session.scalars(_orphans(frozenset(fired), frozenset(drawn)), {"now": now}))}
