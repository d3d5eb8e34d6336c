"""What there is to do, and when next: asked at every turn of the pump, so made once, and found by indexes alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.delivery import Priority
from db.models import Delivery, Due
from db.queries.deliveries import UNSENT
from db.queries.due import one_of

_NOW = bindparam("now", type_=Due.fire_at.type)


def _among(name: str) -> Any:
    return bindparam(name, expanding=True)


def _first_due(priority: int, when: ColumnElement[bool]) -> ScalarSelect[Any]:
    return (
        select(Due.fire_at)
        .where(Due.priority == priority, when, one_of(Due.kind, _among("fired")))
        .order_by(Due.fire_at)
        .limit(1)
        .scalar_subquery()
    )


def _first_unsent(state: str, *when: ColumnElement[bool]) -> ScalarSelect[Any]:
    return (
        select(Delivery.next_try_at)
        .where(
            Delivery.state == state, *when, one_of(Delivery.kind, _among("drawn")),
            Delivery.delivery_id.not_in(_among("besides")),
        )
        .order_by(Delivery.next_try_at)
        .limit(1)
        .scalar_subquery()
    )  # fmt: skip


def _backlog(least: int) -> ScalarSelect[Any]:
    """How many messages at least as urgent may be sent now; no more are counted than matter."""
    some = (
        select(Delivery.delivery_id)
        .where(
            Delivery.state == "waiting", Delivery.next_try_at <= _NOW, Delivery.priority <= least,
            one_of(Delivery.kind, _among("drawn")),
        )
        .limit(bindparam("most"))
    )  # fmt: skip
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


_OUTLOOK = select(
    *map(_backlog, Priority),
    *(_first_due(priority, Due.fire_at <= _NOW) for priority in Priority),
    *(_first_unsent(state, Delivery.next_try_at <= _NOW, Delivery.priority <= bindparam("least")) for state in UNSENT),
    *(_first_due(priority, Due.fire_at > _NOW) for priority in Priority),
    *(_first_unsent(state, Delivery.next_try_at > _NOW) for state in UNSENT),
)


async def outlook(
    session: AsyncSession,
    fired: Collection[str],
    drawn: Collection[str],
    now: datetime,
    besides: Collection[int],
    least: int,
    most: int,
) -> tuple[bool, bool, datetime | None, tuple[int, ...]]:
    """Whether anything is due, whether anything may be sent, the earliest instant after `now` of either, the backlog.

    The backlog says for each class how many messages wait that are at least as urgent.

    Args:
        session: where.
        fired: the kinds of what is due, and
        drawn: those of messages.
        now: the present instant.
        besides: ids of messages that do not count.
        least: the least urgent class of which a message counts as to be sent now.
        most: how many of a backlog are counted.
    """
    given = {"fired": list(fired), "drawn": list(drawn), "now": now, "besides": list(besides), "least": least,
             "most": most}  # fmt: skip
    found = iter((await session.execute(_OUTLOOK, given)).one())
    backlog = tuple(islice(found, len(Priority)))
    due, unsent = list(islice(found, len(Priority))), list(islice(found, len(UNSENT)))
    return any(due), any(unsent), min(filter(None, found), default=None), backlog


async def orphans(session: AsyncSession, fired: Collection[str], drawn: Collection[str], now: datetime) -> set[str]:
    """Kinds that are due or wait to be sent and that nobody declares."""
    due = select(Due.kind + "").where(Due.priority.in_(list(Priority)), Due.fire_at <= now, ~one_of(Due.kind, fired))
    waiting = select(Delivery.kind + "").where(
        Delivery.state.in_(UNSENT), Delivery.next_try_at <= now, ~one_of(Delivery.kind, drawn)
    )
    return {*(await session.scalars(due.distinct())), *(await session.scalars(waiting.distinct()))}
