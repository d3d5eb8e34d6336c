"""Queries for outgoing messages. None of them commits.

Claims take rows that no other process has claimed: PostgreSQL skips locked rows, and SQLite serializes writers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Row, Select, Table, and_, bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.messages.priority import Priority
from db.dialect import InsertOnConflict
from db.models import Delivery, User
from db.queries.messages.jobs import one_of

HOLDING_TRIES = 5
"""Attempts after which a message no longer blocks later ones to its destination, about a minute."""

SPARE = 80
"""Additional candidates, because messages that other processes are sending can block at most this many."""

UNSENT = ("waiting", "open", "leased")
"""States of unsent messages; an open one is also waiting, and others may be merged into it (`fallbacks`)."""

Values = dict[str, Any]


# -- insertion -----------------------------------------------------------------------------------------------------


async def insert_deliveries(session: AsyncSession, rows: Sequence[Values], *, again: bool) -> None:
    """Insert messages; those with an existing key are ignored, or with `again` rendered once more.

    The state is "waiting" unless a row has another. A message that is being rendered stays leased; its changed version
    tells the sender that the content is outdated.
    """
    statement = (_MARK if again else _INSERT).on(session)
    await session.execute(statement, [{"state": "waiting", "attempts": 0, "version": 0, **row} for row in rows])


def _marked(insert: Any) -> Any:
    new, leased = insert.excluded, Delivery.state == "leased"
    return insert.on_conflict_do_update(
        index_elements=_KEY,
        set_={
            "priority": new["priority"],
            "payload": new["payload"],
            "due_at": new["due_at"],
            "message_id": func.coalesce(new["message_id"], Delivery.message_id),
            "version": Delivery.version + 1,
            "state": case((leased, "leased"), else_="waiting"),
            "next_try_at": case((leased, Delivery.next_try_at), else_=new["next_try_at"]),
            "attempts": 0,
        },
    )


_KEY = ["kind", "occurrence", "destination", "user_id", "channel_id"]
_INSERT = InsertOnConflict(Delivery, lambda insert: insert.on_conflict_do_nothing(index_elements=_KEY))
_MARK = InsertOnConflict(Delivery, _marked)


# -- claims --------------------------------------------------------------------------------------------------------

_TABLE = cast(Table, Delivery.__table__)


async def claim(
    session: AsyncSession,
    kinds: Collection[str],
    now: datetime,
    until: datetime,
    most: int,
    in_hand: Mapping[int, tuple[str, int]],
    least: int,
) -> Sequence[tuple[Row[Any], int | None, datetime | None]]:
    """Lease due messages, in order; return each with the person's DM channel, and when that was refused.

    A message waits for earlier ones to the same person or channel that are being sent, or that are being retried and
    are at least as urgent.

    Args:
        session: a transaction of its own.
        kinds: of the messages.
        now: messages due by now are claimed.
        until: end of the lease.
        most: limit of messages.
        in_hand: destinations ("dm" and the person, or "channel") of messages the caller is sending, by id.
        least: least urgent class to claim.
    """
    free: list[int] = []
    while not free:
        candidates = await _candidates(session, kinds, now, most + SPARE, in_hand, least)
        free, put_off = _unheld(candidates, await _holding(session, candidates, now))
        for delivery_id, held_until in put_off.items():
            await session.execute(
                update(Delivery)
                .where(Delivery.delivery_id == delivery_id)
                .values(next_try_at=held_until)
                .execution_options(synchronize_session=False)
            )
        if not put_off:
            break
    free = free[:most]
    if not free:
        return []
    rows = {row.delivery_id: row for row in await session.execute(_LEASE, {"ids": free, "until": until})}
    people = await session.execute(_DIRECT, {"ids": [row.user_id for row in rows.values() if row.destination == "dm"]})
    known = {user_id: (channel_id, closed_at) for user_id, channel_id, closed_at in people}
    return [(rows[one], *known.get(rows[one].user_id, (None, None))) for one in free]


_LEASE = (
    update(_TABLE)
    .where(_TABLE.c.delivery_id.in_(bindparam("ids", expanding=True)))
    .values(
        state="leased",
        next_try_at=bindparam("until"),
        # The previous owner stopped, possibly after sending; for safety messages this counts as an attempt.
        attempts=_TABLE.c.attempts
        + case((and_(_TABLE.c.state == "leased", _TABLE.c.priority == int(Priority.SAFETY)), 1), else_=0),
    )
    .returning(*_TABLE.c)
)
_DIRECT = select(User.user_id, User.dm_channel_id, User.dm_closed_at).where(
    User.user_id.in_(bindparam("ids", expanding=True))
)


async def _candidates(
    session: AsyncSession,
    kinds: Collection[str],
    now: datetime,
    most: int,
    in_hand: Mapping[int, tuple[str, int]],
    least: int,
) -> Sequence[Row[Any]]:
    """Return the first due messages with priority and destination, before checking for messages that block them."""
    given = {
        "now": now, "most": most, "least": least, "in_hand": list(in_hand),
        "busy_dms": [number for what, number in in_hand.values() if what == "dm"],
        "busy_channels": [number for what, number in in_hand.values() if what == "channel"],
    }  # fmt: skip
    found: Sequence[Row[Any]] = (await session.execute(_candidates_of(frozenset(kinds)), given)).all()
    return found


@lru_cache(maxsize=16)
def _candidates_of(kinds: frozenset[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(Delivery.delivery_id, Delivery.priority, Delivery.destination, Delivery.user_id, Delivery.channel_id)
        .where(
            Delivery.state.in_(UNSENT),
            Delivery.next_try_at <= bindparam("now"),
            Delivery.priority <= bindparam("least"),
            one_of(Delivery.kind, kinds),
            Delivery.delivery_id.not_in(bindparam("in_hand", expanding=True)),
            or_(Delivery.destination != "dm", Delivery.user_id.not_in(bindparam("busy_dms", expanding=True))),
            or_(
                Delivery.destination != "channel",
                Delivery.channel_id.not_in(bindparam("busy_channels", expanding=True)),
            ),
        )
        .order_by(Delivery.priority, Delivery.due_at, Delivery.delivery_id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


class _Holding(NamedTuple):
    """A message that may block later ones."""

    delivery_id: int
    priority: int
    state: str
    next_try_at: datetime


def _goes_to(destination: str, user_id: int, channel_id: int) -> tuple[str, int]:
    return destination, user_id if destination == "dm" else channel_id


async def _holding(
    session: AsyncSession, candidates: Sequence[Row[Any]], now: datetime
) -> dict[tuple[str, int], list[_Holding]]:
    """Return messages that may block one of the candidates, by destination."""
    if not candidates:
        return {}
    given = {
        "now": now,
        "user_ids": list({row.user_id for row in candidates if row.destination == "dm"}),
        "channel_ids": list({row.channel_id for row in candidates if row.destination == "channel"}),
    }
    rows = await session.execute(_HOLDING, given)
    found: dict[tuple[str, int], list[_Holding]] = {}
    for row in rows:
        one = _Holding(row.delivery_id, row.priority, row.state, row.next_try_at)
        found.setdefault(_goes_to(row.destination, row.user_id, row.channel_id), []).append(one)
    return found


_HOLDING = select(
    Delivery.delivery_id, Delivery.destination, Delivery.user_id, Delivery.channel_id, Delivery.priority,
    Delivery.state, Delivery.next_try_at,
).where(
    Delivery.state.in_(UNSENT),
    Delivery.next_try_at > bindparam("now"),
    or_(Delivery.state == "leased", Delivery.attempts.between(1, HOLDING_TRIES)),
    or_(
        and_(Delivery.destination == "dm", Delivery.user_id.in_(bindparam("user_ids", expanding=True))),
        and_(Delivery.destination == "channel", Delivery.channel_id.in_(bindparam("channel_ids", expanding=True))),
    ),
)  # fmt: skip


def _unheld(
    candidates: Sequence[Row[Any]], holding: Mapping[tuple[str, int], Sequence[_Holding]]
) -> tuple[list[int], dict[int, datetime]]:
    """Return the ids of unblocked candidates, and the next attempt of those blocked by a retry only.

    Messages blocked by another process's lease are not postponed, because that message can be sent at any moment.
    """
    free: list[int] = []
    put_off: dict[int, datetime] = {}
    for row in candidates:
        before = [
            one
            for one in holding.get(_goes_to(row.destination, row.user_id, row.channel_id), ())
            if one.delivery_id < row.delivery_id and one.priority <= row.priority
        ]
        if not before:
            free.append(row.delivery_id)
        elif all(one.state == "waiting" for one in before):
            put_off[row.delivery_id] = max(one.next_try_at for one in before)
    return free, put_off


async def settle(
    session: AsyncSession,
    delivery_id: int,
    until: datetime,
    version: int,
    now: datetime,
    state: str,
    next_try_at: datetime | None = None,
    **values: object,
) -> bool:
    """Store the result of a message leased `until`; return False if the lease has been lost.

    A card that was marked for another rendering meanwhile (its version differs) is set to waiting, whatever the result.
    """
    given = {
        "of": delivery_id, "until": until, "drawn": version, "now": now, "becomes": state, "then": next_try_at or now,
        **{f"new_{name}": value for name, value in values.items()},
    }  # fmt: skip
    return await session.scalar(_settle(frozenset(values)), given) is not None


@lru_cache(maxsize=16)
def _settle(values: frozenset[str]) -> Any:
    """Build once per set of additional columns: it is executed for every message."""
    again = _TABLE.c.version != bindparam("drawn")
    return (
        update(_TABLE)
        .where(
            _TABLE.c.delivery_id == bindparam("of"), _TABLE.c.state == "leased",
            _TABLE.c.next_try_at == bindparam("until"),
        )
        .values(
            state=case((again, "waiting"), else_=bindparam("becomes", type_=_TABLE.c.state.type)),
            next_try_at=case((again, bindparam("now", type_=_INSTANT)), else_=bindparam("then", type_=_INSTANT)),
            **{name: bindparam(f"new_{name}", type_=_TABLE.c[name].type) for name in values},
        )
        .returning(_TABLE.c.delivery_id)
    )  # fmt: skip


_INSTANT = _TABLE.c.next_try_at.type


async def give_back(session: AsyncSession, delivery_ids: Collection[int], until: datetime, now: datetime) -> None:
    """End leases early, so that others can claim the messages."""
    await session.execute(
        update(Delivery)
        .where(Delivery.delivery_id.in_(delivery_ids), Delivery.state == "leased", Delivery.next_try_at == until)
        .values(state="waiting", next_try_at=now)
        .execution_options(synchronize_session=False)
    )


async def delivery(session: AsyncSession, delivery_id: int) -> Delivery | None:
    """Return a message, or None."""
    found: Delivery | None = await session.get(Delivery, delivery_id)
    return found


async def set_direct(session: AsyncSession, user_id: int, **values: object) -> None:
    """Update a person's DM channel, or that it is closed."""
    await session.execute(update(User).where(User.user_id == user_id).values(**values))
